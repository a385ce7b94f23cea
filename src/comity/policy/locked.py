"""What a locked rule protects: the ways in which one version of a rule is weaker than another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    Ladder,
    Risk,
    Rule,
    Threshold,
    WithoutJudge,
    seconds,
)
from comity.taxonomy import Severity

_WITHOUT_JUDGE: tuple[str, ...] = get_args(WithoutJudge)
_STATES = ("retired", "draft", "shadow", "live")


def weakenings(before: Rule, after: Rule) -> Iterator[tuple[str, str]]:
    """How `after` is weaker than `before`: the key in the file, and what was weakened. Nothing: it is not.

    Text, examples and condition say what the rule is; a change there cannot be ordered, so none is allowed.
    """
    if not after.locked:
        yield "locked", "it cannot be unlocked"
    if after.text != before.text:
        yield "text", "its text cannot change"
    if after.examples != before.examples:
        yield "examples", "its examples cannot change"
    if after.when != before.when:
        yield "when", "its condition cannot change"
    if not set(after.exceptions) <= set(before.exceptions):
        yield "exceptions", "it cannot get more exceptions"
    if _is_below(_STATES, after.state, before.state):
        yield "state", f"its state cannot go from {before.state} to {after.state}"
    if after.severity < before.severity:
        yield "severity", "its severity cannot be lowered"
    if _is_below(_WITHOUT_JUDGE, after.without_judge, before.without_judge):
        yield "without_judge", "it must act where no judge can check its exceptions"
    yield from _weaker_actions(before, after)
    yield from _weaker_screens(before, after)
    if before.strikes is None and after.strikes is not None:
        yield "strikes", "its strikes cannot be set, as they follow from its severity"
    elif before.strikes is not None and (after.strikes is None or after.strikes < before.strikes):
        yield "strikes", f"its strikes cannot be below {before.strikes}"
    if after.expect != before.expect:
        # The brake would switch it off.
        yield "expect", "its expected hit rate cannot change"


def weaker_ladder(before: Ladder, after: Ladder) -> Iterator[str]:
    """How `after` leads to less than `before` would. Nothing: for no strikes does it."""
    for severity in (Severity.MINOR, Severity.MODERATE, Severity.SEVERE):
        weight = before.strikes[severity]
        if after.strikes[severity] < weight:
            yield f"the weight of a {severity.label} violation cannot be below {weight}"
    if seconds(after.expire) < seconds(before.expire):
        yield f"strikes cannot expire before {before.expire}"
    for rung in before.rungs:
        instead = after.reached(rung.at)
        if instead is None or instead.is_milder_than(rung):
            yield f"a sum of {rung.at} cannot lead to less than `{rung}`"


def _is_below(ladder: Sequence[str], after: str, before: str) -> bool:
    return ladder.index(after) < ladder.index(before)


def _weaker_actions(before: Rule, after: Rule) -> Iterator[tuple[str, str]]:
    if _is_below(ITEM_ACTIONS, after.item_action, before.item_action):
        yield "action", f"`{after.item_action}` is weaker than `{before.item_action}`"
    account = ("none", *ACCOUNT_ACTIONS)
    if _is_below(account, after.account_action or "none", before.account_action or "none"):
        yield "action", f"the account action `{before.account_action}` cannot be weakened"


def _weaker_screens(before: Rule, after: Rule) -> Iterator[tuple[str, str]]:
    # One more kind of screen would be one more way to call an item clear that nobody has judged so far: a rule
    # without screens asks its judge about every item, and one whose detector abstains is unjudged.
    for name in ("terms", "patterns", "domains"):
        old, new = set(getattr(before, name)), set(getattr(after, name))
        if not old <= new:
            yield name, f"its {name} cannot be taken away"
        elif new and not old:
            yield name, f"it cannot get {name}: write a rule of your own for them"
    for category in sorted(before.categories.keys() - after.categories.keys()):
        yield "categories", f"its category `{category}` cannot be taken away"
    for category in sorted(after.categories.keys() - before.categories.keys()):
        yield "categories", f"it cannot get the category `{category}`: write a rule of your own for it"
    for category in sorted(after.categories.keys() & before.categories.keys()):
        if not _at_least_as_strict(after.categories[category], before.categories[category]):
            yield "categories", f"its threshold for `{category}` cannot be loosened"
    if before.review is not None and (after.review is None or after.review > before.review):
        yield "review", f"its review edge cannot be above {before.review:g}"


def _at_least_as_strict(after: Threshold, before: Threshold) -> bool:
    if isinstance(before, Risk) and isinstance(after, Risk):
        if before.measure != after.measure:
            return False
        # To catch more, one asks for less precision, more recall, or tolerates more false alarms.
        return after.value <= before.value if before.measure == "precision" else after.value >= before.value
    if isinstance(before, Risk) or isinstance(after, Risk):
        return False
    return after <= before
