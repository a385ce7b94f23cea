"""From the pydantic shape of a file to the frozen types of `document`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from comity.policy._shape import Actions, CounterShape, ExampleShape, PolicyShape, RiskShape, RuleShape
from comity.policy._shaped import Shaped
from comity.policy.condition import Condition
from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    MODES,
    Counter,
    Measure,
    Mode,
    Risk,
    RuleExample,
    Threshold,
)
from comity.policy.overlay import Layer, RuleLayer
from comity.taxonomy import Severity


def to_layer(shaped: Shaped) -> Layer:
    """The sound part of a file as a layer, each rule with its place in the file."""
    document = shaped.document
    pairs = zip(shaped.positions, _given(document).get("rules", ()), strict=True)
    return Layer(
        name=document.policy,
        version=document.version,
        rules=tuple(_rule(rule, position) for position, rule in pairs),
        extends=document.extends,
        disable=tuple(_given(document).get("disable", ())),
        counters={name: _counter(shape) for name, shape in _given(document).get("counters", {}).items()},
        given={
            name: value
            for name, value in _given(document).items()
            if name in ("description", "on_failure", "on_unjudged")
        },
    )


def _given(shape: PolicyShape | RuleShape | CounterShape | ExampleShape | RiskShape) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in type(shape).model_fields if name in shape.model_fields_set}


def _rule(shape: RuleShape, position: int) -> RuleLayer:
    given = {
        _RENAMED.get(name, name): _CONVERTED.get(name, _as_is)(value)
        for name, value in _given(shape).items()
        if name != "id"
    }
    return RuleLayer(shape.id, given, ("rules", position))


def _as_is(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _counter(shape: CounterShape) -> Counter:
    return Counter(**_given(shape))


def _actions(action: Actions) -> tuple[str, ...]:
    words = [action] if isinstance(action, str) else action
    return tuple(word for word in (*ITEM_ACTIONS, *ACCOUNT_ACTIONS) if word in words)


def _categories(categories: dict[str, float | RiskShape | Mode]) -> dict[str, Threshold]:
    return {name: _threshold(threshold) for name, threshold in categories.items()}


def _threshold(threshold: float | RiskShape | Mode) -> Threshold:
    if isinstance(threshold, str):
        return MODES[threshold]
    if isinstance(threshold, RiskShape):
        ((measure, value),) = _given(threshold).items()
        return Risk(cast(Measure, measure), value)
    return threshold


def _examples(examples: list[ExampleShape]) -> tuple[RuleExample, ...]:
    return tuple(
        RuleExample(**{name: _as_is(value) for name, value in _given(example).items()})
        for example in examples
    )


def _severity(name: str) -> Severity:
    return Severity[name.upper()]


_RENAMED = {"action": "actions"}
_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "action": _actions,
    "categories": _categories,
    "examples": _examples,
    "severity": _severity,
    "when": Condition,
}
