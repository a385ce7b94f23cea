"""One policy on top of another: what a child changes, and what of a locked rule it may not weaken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from comity.policy._mistake import Loc, Mistake, did_you_mean
from comity.policy.document import Counter, Fallback, Policy, Rule
from comity.policy.locked import weakenings, weaker_ladder

_FALLBACKS: tuple[str, ...] = get_args(Fallback)


@dataclass(frozen=True, slots=True)
class RuleLayer:
    """What a file says of one rule: the fields of `Rule` that it gives, and where it says so."""

    id: str
    given: Mapping[str, Any]
    loc: Loc = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One file, before it is laid over what it extends. `given` are the fields of `Policy` it sets."""

    name: str
    version: int
    rules: tuple[RuleLayer, ...] = ()
    extends: str | None = None
    disable: tuple[str, ...] = ()
    counters: Mapping[str, Counter] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


def overlay(layer: Layer, parent: Policy | None = None) -> Policy:
    """`layer` laid over `parent`: rules in the parent's order, new ones behind. Check `mistakes` first."""
    base = parent or Policy(layer.name, layer.version)
    merged = {rule.id: rule for rule in base.rules if rule.id not in layer.disable}
    for rule in layer.rules:
        merged[rule.id] = merge(rule, merged.get(rule.id))
    own = {
        "name": layer.name,
        "version": layer.version,
        "extends": layer.extends,
        "description": "",
        "rules": tuple(merged.values()),
        "counters": {**base.counters, **layer.counters},
    }
    return replace(base, **{**own, **layer.given})


def merge(layer: RuleLayer, parent: Rule | None) -> Rule:
    """The rule that `layer` makes: each field that it gives replaces the parent's as a whole."""
    return replace(parent, **layer.given) if parent else Rule(**{"id": layer.id, "text": "", **layer.given})


def mistakes(layer: Layer, parent: Policy | None) -> Iterator[Mistake]:
    """What `layer` may not do to `parent`."""
    inherited = {rule.id: rule for rule in parent.rules} if parent else {}
    for index, rule_id in enumerate(layer.disable):
        for mistake in _disabling(rule_id, inherited, layer):
            yield mistake.under("disable", index)
    for rule in layer.rules:
        base = inherited.get(rule.id)
        if base and base.locked:
            for name, what in weakenings(base, merge(rule, base)):
                yield Mistake("P045", f"the rule `{rule.id}` is locked: {what}", (*rule.loc, name))
    locked = [rule for rule in inherited.values() if rule.locked]
    if parent and locked:
        yield from _weaker_settings(layer, parent, locked)


def _disabling(rule_id: str, inherited: Mapping[str, Rule], layer: Layer) -> Iterator[Mistake]:
    if rule_id not in inherited:
        of = f"`{layer.extends}` has no rule `{rule_id}`" if layer.extends else "`disable` needs `extends`"
        yield Mistake("P044", f"{of}{did_you_mean(rule_id, inherited)}", expected=tuple(inherited))
    elif inherited[rule_id].locked:
        yield Mistake("P045", f"the rule `{rule_id}` is locked: it cannot be disabled")
    elif any(rule.id == rule_id for rule in layer.rules):
        yield Mistake("P047", f"`{rule_id}` is disabled and has an entry under `rules`: keep one of the two")


def _weaker_settings(layer: Layer, parent: Policy, locked: list[Rule]) -> Iterator[Mistake]:
    for name in ("on_failure", "on_unjudged"):
        before, after = getattr(parent, name), layer.given.get(name)
        if after and _FALLBACKS.index(after) < _FALLBACKS.index(before):
            what = f"`{parent.reference}` has locked rules: `{name}` cannot be weaker than `{before}`"
            yield Mistake("P046", what, (name,))
    if parent.ladder and "ladder" in layer.given:
        for weaker in weaker_ladder(parent.ladder, layer.given["ladder"]):
            yield Mistake("P046", f"`{parent.reference}` has locked rules: {weaker}", ("ladder",))
    read = {name for rule in locked if rule.when for name in rule.when.names}
    for counter, declared in layer.counters.items():
        if f"counters.{counter}" in read and declared != parent.counters.get(counter):
            what = f"a locked rule reads the counter `{counter}`: it cannot be declared anew"
            yield Mistake("P046", what, ("counters", counter))
