"""Decisions in words for people who have not read the manual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from comity.decide import Decision, Plan

Tone = Literal["good", "neutral", "caution", "adverse"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` is the action, `meaning` a sentence, `tone` how it is coloured (never the only sign of it)."""

    word: str
    meaning: str
    tone: Tone


_ON_ITEM: dict[str, Verdict] = {
    "allow": Verdict("Allow", "No rule of the policy was found broken.", "good"),
    "label": Verdict("Label", "It may stay, with a notice for readers.", "neutral"),
    "limit": Verdict("Limit", "It may stay, but fewer people are shown it.", "neutral"),
    "review": Verdict("Review", "A person should look at this before anything is done.", "caution"),
    "remove": Verdict("Remove", "It breaks the policy and should be taken down.", "adverse"),
    "block": Verdict("Block", "It breaks the policy and should not be published.", "adverse"),
}
_ON_ACCOUNT = {
    "warn": "The author should be warned.",
    "mute": "The author should be muted for a while.",
    "suspend": "The author should be suspended for a while.",
    "ban": "The author should be banned.",
}

SETTLED_BY = {
    "facts": "facts alone",
    "exact": "lists, patterns and links (tier 1)",
    "model": "a text model (tier 2)",
    "judge": "a judge (tier 3)",
}


def verdict(decision: Decision, plan: Plan) -> Verdict:
    """What is to be done with the item. An `allow` says how many rules it is silent about."""
    found = _ON_ITEM[decision.action]
    unjudged = {missing.what for missing in decision.not_judged}
    silent = [rule for rule in plan.rules if f"rule:{rule.id}" in unjudged]
    if decision.action != "allow" or not silent:
        return found
    if all(rule.enforcers == ("facts",) for rule in silent):
        what = "rule needs" if len(silent) == 1 else "rules need"
        return replace(found, meaning=f"{found.meaning} {len(silent)} {what} facts that are not known here.")
    meaning = f"Not fully judged: nothing could judge {len(silent)} of the {len(plan.rules)} rules."
    return Verdict(found.word, meaning, "caution")


def account_note(decision: Decision) -> str:
    """What is to be done with the account; empty if nothing."""
    return " ".join(_ON_ACCOUNT[action] for action in decision.actions[1:])


def is_adverse(decision: Decision) -> bool:
    """Whether a visitor may not want to see the text unasked."""
    return decision.action not in ("allow", "label")


def percent(probability: float) -> str:
    """`0.934` as `93 %`; what is not certain is never shown as 0 % or 100 %."""
    if 0 < probability < 0.01:
        return "< 1 %"
    if 0.99 < probability < 1:
        return "> 99 %"
    return f"{probability:.0%}".replace("%", " %")
