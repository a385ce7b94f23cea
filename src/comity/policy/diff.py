"""What changed between two versions of a policy, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from comity.policy.document import Policy, Rule


@dataclass(frozen=True, slots=True)
class Change:
    """One field with another value than before. The field has its name in `document`."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """`settings` are changes outside of the rules; `changed` has the changes of rules that are in both."""

    settings: tuple[Change, ...] = ()
    added: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()
    changed: tuple[tuple[str, tuple[Change, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.settings or self.added or self.removed or self.changed)


def diff(before: Policy, after: Policy) -> PolicyDiff:
    """What `after` does otherwise than `before`. The order of the rules is no difference."""
    changed = []
    for rule in after.rules:
        old = before.rule(rule.id)
        if old is not None and old != rule:
            changed.append((rule.id, _changes(old, rule)))
    return PolicyDiff(
        settings=tuple(change for change in _changes(before, after) if change.field != "rules"),
        added=tuple(rule for rule in after.rules if before.rule(rule.id) is None),
        removed=tuple(rule for rule in before.rules if after.rule(rule.id) is None),
        changed=tuple(changed),
    )


def _changes(before: Policy | Rule, after: Policy | Rule) -> tuple[Change, ...]:
    pairs = ((each.name, getattr(before, each.name), getattr(after, each.name)) for each in fields(before))
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)
