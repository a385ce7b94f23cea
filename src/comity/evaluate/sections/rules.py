"""Policy-keyed tests: how often each rule of a policy is missed, and found where it does not apply (after "Testing
Hateful Speeches against Policies", 2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from comity.errors import InputError
from comity.evaluate.cases import Cases
from comity.evaluate.measure import measured
from comity.evaluate.metrics import Floats, rate
from comity.evaluate.result import RuleFailures
from comity.evaluate.sections.members import Rows, values_of
from comity.policy import Policy, Rule

RULES = "rules"


def rules(
    cases: Cases,
    found: Sequence[frozenset[str]],
    policy: Policy,
    targets: Mapping[str, Sequence[str]] | None = None,
) -> tuple[RuleFailures, ...]:
    """One for each live rule of `policy` of which the rows tell, in its order.

    A row's field `rules` names the rules that its text breaks, one or a list, empty for none. Of a row without the
    field its annotations tell: a rule is broken where a target holds whose criteria (`targets`) are all among the
    rule's categories, and kept where none does and every target that shares a criterion with it says no. `found` are
    the rules that the subject found broken in each row, none where it did not judge: to find another rule broken is a
    failure too. Raises InputError if rows name rules that are not live.
    """
    live = [rule for rule in policy.rules if rule.state == "live"]
    keyed = [value is not None for value in cases.field(RULES)]
    named = [
        frozenset(values_of(row.fields[RULES])) if key else frozenset()
        for row, key in zip(cases.rows, keyed, strict=True)
    ]
    unknown = frozenset[str]().union(*named) - {rule.id for rule in live}
    if unknown:
        raise InputError(
            f"examples name rules that are not live: {', '.join(sorted(unknown))}",
            where=f"policy {policy.reference}",
            next_step="Correct the rows' `rules`, or put another version of the policy to the test.",
        )
    told = []
    for rule in live:
        breaks = np.where(keyed, _has(rule.id, named).astype(float), _annotated(rule, cases, targets or {}))
        known = np.isfinite(breaks)
        if known.any():
            told.append(_failures(rule.id, breaks[known] >= 0.5, _has(rule.id, found)[known]))
    return tuple(told)


def _annotated(rule: Rule, cases: Cases, targets: Mapping[str, Sequence[str]]) -> Floats:
    """Whether each row breaks the rule as its annotations have it: 1, 0, or NaN where they do not tell."""
    watched = {*rule.categories}
    related = [name for name, criteria in targets.items() if not watched.isdisjoint(criteria)]
    deciding = [name for name in related if watched.issuperset(targets[name])]
    if not deciding or watched - {criterion for name in related for criterion in targets[name]}:
        return np.full(len(cases), np.nan)
    broken = np.any([cases.truth[name] >= 0.5 for name in deciding], axis=0)
    kept = np.all([cases.truth[name] < 0.5 for name in related], axis=0)
    return np.where(broken, 1.0, np.where(kept, 0.0, np.nan))


def _has(rule: str, rows: Sequence[frozenset[str]]) -> Rows:
    return np.array([rule in row for row in rows], bool)


def _failures(rule: str, breaks: Rows, found: Rows) -> RuleFailures:
    positives = int(breaks.sum())
    return RuleFailures(
        rule=rule,
        rows=breaks.size,
        positives=positives,
        missed=measured(rate(int((breaks & ~found).sum()), positives)),
        false_alarms=measured(rate(int((~breaks & found).sum()), breaks.size - positives)),
    )
