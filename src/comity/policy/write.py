"""Writing a policy: from `Policy` to the text of a file that reads as the same policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from comity.policy.document import Counter, HitRate, Ladder, Policy, Reason, Risk, Rule, RuleExample, Step


def write(policy: Policy) -> str:
    """YAML with everything that the policy extends folded in: it stands for itself, wherever it is read."""
    import yaml

    document = {
        "policy": policy.name,
        "version": policy.version,
        "description": policy.description,
        "on_failure": policy.on_failure,
        "on_unjudged": policy.on_unjudged,
        "counters": {name: _counter(counter) for name, counter in policy.counters.items()},
        "ladder": _ladder(policy.ladder) if policy.ladder else None,
        "reasons": [_reason(reason) for reason in policy.reasons],
        "rules": [_rule(rule) for rule in policy.rules],
    }
    text: str = yaml.safe_dump(_stated(document), sort_keys=False, allow_unicode=True, width=110)
    return text


def _rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {
        "severity": rule.severity.label,
        "action": list(rule.actions),
        "when": rule.when.expression if rule.when else None,
        "categories": {
            name: {threshold.measure: threshold.value} if isinstance(threshold, Risk) else threshold
            for name, threshold in rule.categories.items()
        },
        "examples": [_example(example) for example in rule.examples],
        "expect": _hit_rate(rule.expect) if rule.expect else None,
    }
    plain = {field.name: getattr(rule, field.name) for field in fields(rule) if field.name not in written}
    del plain["actions"]
    return _stated({**plain, **written})


def _example(example: RuleExample) -> dict[str, Any]:
    facts = {root: dict(leaves) for root, leaves in example.facts.items()}
    return _stated(
        {
            "text": example.text,
            "violates": example.violates,
            "note": example.note,
            "role": example.role,
            "facts": facts,
            "thread": example.thread,
        }
    )


def _counter(counter: Counter) -> dict[str, Any]:
    return {"by": counter.by, "window": counter.window, "of": counter.of}


def _hit_rate(rate: HitRate) -> dict[str, Any]:
    return {"hits": [rate.low, rate.high], "of": rate.of, "window": rate.window}


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return _stated(
        {
            "strikes": {severity.label: weight for severity, weight in ladder.strikes.items()},
            "expire": ladder.expire,
            "first": ladder.first,
            "steps": [_step(step) for step in ladder.steps],
        }
    )


def _step(step: Step) -> dict[str, Any]:
    return _stated({"at": step.at, "action": step.action, "for": step.lasts})


def _reason(reason: Reason) -> dict[str, Any]:
    return _stated(
        {
            "id": reason.id,
            "text": reason.text,
            "rules": reason.rules,
            "dsa": reason.dsa,
            "reasons": [_reason(child) for child in reason.reasons],
        }
    )


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is not left out; lists for tuples."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if not _is_left_out(value)
    }


def _is_left_out(value: Any) -> bool:
    return value is None or (isinstance(value, str | Iterable) and not value)
