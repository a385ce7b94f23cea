"""The policy document: reading it, what it says, what changed."""

from comity.policy.condition import Condition, Unknown
from comity.policy.diff import PolicyDiff, diff
from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    AccountAction,
    Action,
    Counter,
    Fallback,
    HitRate,
    ItemAction,
    Ladder,
    Policy,
    Reason,
    Risk,
    Rule,
    RuleExample,
    State,
    Step,
    Threshold,
    WithoutJudge,
)
from comity.policy.library import Library
from comity.policy.reader import load, read
from comity.policy.reasons import dsa_of, leaves, reasons_of

__all__ = [
    "ACCOUNT_ACTIONS",
    "ITEM_ACTIONS",
    "AccountAction",
    "Action",
    "Condition",
    "Counter",
    "Fallback",
    "HitRate",
    "ItemAction",
    "Ladder",
    "Library",
    "Policy",
    "PolicyDiff",
    "Reason",
    "Risk",
    "Rule",
    "RuleExample",
    "State",
    "Step",
    "Threshold",
    "Unknown",
    "WithoutJudge",
    "diff",
    "dsa_of",
    "leaves",
    "load",
    "read",
    "reasons_of",
]
