"""What people can report an item for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from comity.policy.document import Policy, Reason, Rule
from comity.policy.dsa import NOT_SPECIFIED, OTHER_VIOLATION, DsaCategory
from comity.taxonomy import CATEGORIES
from comity.taxonomy.crosswalk import codes

OTHER = "other"


def reasons_of(policy: Policy) -> tuple[Reason, ...]:
    """The tree of reasons, each with its rules and its category.

    A reason without rules or `dsa` has those of the group it is in; then its rules say the category, then none is
    specified. Rules that a policy has no more are left out, and with them the reasons that had no other rule. A policy
    that gives no reasons has one for each of its live rules, and `other`.
    """
    if policy.reasons:
        return tuple(_resolved(policy.reasons, Reason("", ""), policy))
    by_rule = [
        Reason(rule.id, rule.text, (rule.id,), dsa_of(policy, rule))
        for rule in policy.rules
        if rule.state == "live"
    ]
    if all(reason.id != OTHER for reason in by_rule):
        by_rule.append(Reason(OTHER, "Something else.", dsa=NOT_SPECIFIED))
    return tuple(by_rule)


def leaves(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    """The reasons that a report can give: those that are no group."""
    for reason in reasons:
        if reason.reasons:
            yield from leaves(reason.reasons)
        else:
            yield reason


def dsa_of(policy: Policy, rule: Rule, criterion: str = "") -> DsaCategory:
    """The category of a violation of `rule`: that of the policy's first reason for it, if it says one.

    Otherwise that of `criterion`, by which the violation was found, or of the rule's first category that has one.
    """
    return _by_reason(policy.reasons, rule.id, None) or _by_crosswalk(criterion, *rule.categories)


def _by_reason(reasons: tuple[Reason, ...], rule: str, above: DsaCategory | None) -> DsaCategory | None:
    for reason in reasons:
        dsa = reason.dsa or above
        found = _by_reason(reason.reasons, rule, dsa) or (dsa if rule in reason.rules else None)
        if found:
            return found
    return None


def _by_crosswalk(*criteria: str) -> DsaCategory:
    from_ours = (
        code for criterion in criteria if criterion in CATEGORIES for code in codes(criterion, "dsa")
    )
    return cast(DsaCategory, next(from_ours, OTHER_VIOLATION))


def _resolved(reasons: tuple[Reason, ...], above: Reason, policy: Policy) -> Iterator[Reason]:
    for given in reasons:
        reason = replace(given, rules=given.rules or above.rules, dsa=given.dsa or above.dsa)
        rules = tuple(rule for name in reason.rules if (rule := policy.rule(name)))
        children = tuple(_resolved(reason.reasons, reason, policy))
        if not children and (reason.reasons or (reason.rules and not rules)):
            continue
        dsa = reason.dsa or (dsa_of(policy, rules[0]) if rules else NOT_SPECIFIED)
        yield replace(reason, rules=tuple(rule.id for rule in rules), dsa=dsa, reasons=children)
