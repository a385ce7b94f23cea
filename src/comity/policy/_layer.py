"""From the pydantic shape of a file to the frozen types of `document`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from comity.policy._shape import (
    Actions,
    CounterShape,
    ExampleShape,
    HitRateShape,
    LadderShape,
    ReasonShape,
    RiskShape,
    RuleShape,
    Shape,
)
from comity.policy._shaped import Shaped
from comity.policy.condition import Condition
from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    MODES,
    STRIKES,
    Counter,
    HitRate,
    Ladder,
    Measure,
    Mode,
    Reason,
    Risk,
    RuleExample,
    Step,
    Threshold,
)
from comity.policy.overlay import Layer, RuleLayer
from comity.taxonomy import Severity


def to_layer(shaped: Shaped) -> Layer:
    """The sound part of a file as a layer, each rule with its place in the file."""
    document, given = shaped.document, _given(shaped.document)
    pairs = zip(shaped.positions, given.get("rules", ()), strict=True)
    return Layer(
        name=document.policy,
        version=document.version,
        rules=tuple(_rule(rule, position) for position, rule in pairs),
        extends=document.extends,
        disable=tuple(given.get("disable", ())),
        counters={name: _counter(shape) for name, shape in given.get("counters", {}).items()},
        given={name: convert(given[name]) for name, convert in _SETTINGS.items() if name in given},
    )


def _given(shape: Shape) -> dict[str, Any]:
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


def _hit_rate(shape: HitRateShape) -> HitRate:
    given = _given(shape)
    low, high = given.pop("hits")
    return HitRate(low, high, **given)


def _ladder(shape: LadderShape) -> Ladder:
    given = _given(shape)
    if "strikes" in given:
        own = {_severity(name): weight for name, weight in _given(given["strikes"]).items()}
        given["strikes"] = {**STRIKES, **own}
    if "steps" in given:
        given["steps"] = tuple(Step(**_given(step)) for step in given["steps"])
    return Ladder(**given)


def _reasons(shapes: Sequence[ReasonShape]) -> tuple[Reason, ...]:
    return tuple(_reason(**_given(shape)) for shape in shapes)


def _reason(*, reasons: Sequence[ReasonShape] = (), rules: Sequence[str] = (), **given: Any) -> Reason:
    return Reason(**given, rules=tuple(rules), reasons=_reasons(reasons))


_SETTINGS: dict[str, Callable[[Any], Any]] = {
    "description": _as_is,
    "on_failure": _as_is,
    "on_unjudged": _as_is,
    "ladder": _ladder,
    "reasons": _reasons,
}
"""The keys of a file, outside of its rules, that become fields of `Policy`, each as a whole."""
_RENAMED = {"action": "actions"}
_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "action": _actions,
    "categories": _categories,
    "examples": _examples,
    "expect": _hit_rate,
    "severity": _severity,
    "when": Condition,
}
