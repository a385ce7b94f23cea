"""From a policy, facts and outcomes to a decision. Pure: no clock, file, network or randomness."""

from comity.decide.calibration import Calibration
from comity.decide.cascade import cascade
from comity.decide.combiner import Combiner
from comity.decide.decision import Decision, NotJudged, Violation
from comity.decide.facts import NO_FACTS, Facts
from comity.decide.plan import Plan, PlanRule, compile
from comity.decide.settle import Ask, settle

__all__ = [
    "NO_FACTS",
    "Ask",
    "Calibration",
    "Combiner",
    "Decision",
    "Facts",
    "NotJudged",
    "Plan",
    "PlanRule",
    "Violation",
    "cascade",
    "compile",
    "settle",
]
