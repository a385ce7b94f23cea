"""A raw document against its shape: the mistakes in our own words, and what of it is sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from comity.policy._mistake import Loc, Mistake, did_you_mean
from comity.policy._shape import (
    CounterShape,
    ExampleShape,
    HitRateShape,
    LadderShape,
    PolicyShape,
    ReasonShape,
    RiskShape,
    RuleShape,
    StepShape,
    StrikesShape,
)

_TYPES = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
_WINDOW = ("P023", "a window is a number of minutes, hours or days, such as `10m`, `1h` or `7d`")
_PATTERNS = {
    "window": _WINDOW,
    "expire": _WINDOW,
    "for": _WINDOW,
    "counters": ("P024", "a counter's name is lower-case letters, digits and `_`, such as `posts_10m`"),
    "domains": ("P030", "a domain is written in lower case and without a scheme, such as `example.com`"),
}
_KEBAB = ("P019", "a name is lower-case letters and digits with single hyphens, such as `no-insults`")


@dataclass(slots=True)
class Shaped:
    """`document` is the sound part of a file. `positions[n]` is where its rule n stands in the file's list.

    `broken` names what was left out of it: a top-level key as `(key,)`, a rule as `("rules", position)`, the field of
    a rule as `("rules", position, field)`. `raw` is the whole file, sound or not.
    """

    document: PolicyShape
    positions: list[int]
    raw: dict[str, Any]
    broken: set[Loc] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def declared_counters(self) -> tuple[str, ...]:
        """All names under `counters`, sound or not."""
        counters = self.raw.get("counters")
        return tuple(counters) if isinstance(counters, dict) else ()

    @property
    def declared_rules(self) -> set[str]:
        """The ids of all entries under `rules`, sound or not."""
        rules = self.raw.get("rules")
        entries = rules if isinstance(rules, list) else []
        return {str(entry.get("id")) for entry in entries if isinstance(entry, dict)}


def shaped(raw: dict[str, Any]) -> Shaped:
    """Splits `raw` into what is sound and what is mistaken, so that the sound part can be checked further."""
    try:
        document = PolicyShape.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        mistakes = [_mistake(raw, details) for details in errors]
        rest, positions, broken = _without(raw, [_real(raw, details["loc"]) for details in errors])
        return Shaped(PolicyShape.model_validate(rest), positions, raw, broken, mistakes)
    return Shaped(document, list(range(len(raw.get("rules", ())))), raw)


def _real(document: Any, loc: Iterable[str | int]) -> Loc:
    """`loc` without the steps that pydantic adds for the branches of a union and for keys."""
    raw: Any = document
    here: list[str | int] = []
    for step in loc:
        is_there = isinstance(step, int) if isinstance(raw, list) else isinstance(raw, dict) and step in raw
        if is_there:
            raw = raw[step]
            here.append(step)
    return tuple(here)


def _mistake(raw: dict[str, Any], details: Any) -> Mistake:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    loc = _real(raw, details["loc"])
    words = [step for step in loc if isinstance(step, str)]
    name = words[-1] if words else "policy"
    this = f"entry {loc[-1] + 1} of `{name}`" if loc and isinstance(loc[-1], int) else f"`{name}`"
    if kind == "missing":
        return Mistake("P010", f"`{details['loc'][-1]}` is missing", loc)
    if kind == "extra_forbidden":
        keys = tuple(known.alias or key for key, known in _model_at(loc).model_fields.items())
        return Mistake("P011", f"unknown key `{_short(name)}`{did_you_mean(name, keys)}", loc, keys)
    if value is None or kind in ("string_too_short", "too_short"):
        return Mistake("P018", f"{this} is empty: write a value or leave the key out", loc)
    if kind in _TYPES:
        return Mistake("P012", f"{this} must be {_TYPES[kind]}, not {_kind(value)}", loc)
    if kind == "literal_error":
        choices = tuple(re.findall(r"'([^']+)'", context["expected"]))
        code = "P014" if name == "action" else "P013"
        closest = did_you_mean(str(value), choices)
        if "categories" in words:
            text = f"the threshold of `{name}` is no number and no known word: `{_short(value)}`{closest}"
            return Mistake("P012", text, loc, choices)
        return Mistake(code, f"unknown {name} `{_short(value)}`{closest}", loc, choices)
    if kind in _BOUNDS:
        relation, bound = _BOUNDS[kind]
        return Mistake("P017", f"`{name}` must be {relation} {context[bound]:g}, and it is {value}", loc)
    if kind == "string_pattern_mismatch":
        field_name = name if name in _PATTERNS else "counters" if "counters" in words[:1] else ""
        code, explanation = _PATTERNS.get(field_name, _KEBAB)
        return Mistake(code, f"`{_short(value)}`: {explanation}", loc)
    if kind == "two_actions":
        return Mistake("P015", f"`action` has more than one {context['kind']} action: keep one", loc)
    if kind == "no_band":
        return Mistake("P017", "`hits` must be two shares, the lower one first, such as [0.001, 0.05]", loc)
    return Mistake("P017", f"`{name}` must state exactly one of precision, recall and fpr", loc)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
    return "a mapping"


def _model_at(loc: Loc) -> type[BaseModel]:
    """The shape of the mapping that holds the key at the end of `loc`."""
    match loc[:-1]:
        case ("rules", _):
            return RuleShape
        case ("rules", _, "examples", _):
            return ExampleShape
        case ("rules", _, "categories", _):
            return RiskShape
        case ("rules", _, "expect"):
            return HitRateShape
        case ("counters", _):
            return CounterShape
        case ("ladder",):
            return LadderShape
        case ("ladder", "strikes"):
            return StrikesShape
        case ("ladder", "steps", _):
            return StepShape
        case ("reasons", *_):
            return ReasonShape
    return PolicyShape


def _without(raw: dict[str, Any], locs: list[Loc]) -> tuple[dict[str, Any], list[int], set[Loc]]:
    """`raw` without what is wrong at `locs`, and with a stand-in where a gap would seem a second mistake."""
    rest = deepcopy(raw)
    broken: set[Loc] = set()
    dropped: set[int] = set()
    for loc in locs:
        match loc:
            case ("rules", int(position)) | ("rules", int(position), "id", *_):
                dropped.add(position)
                broken.add(("rules", position))
            case ("rules", int(position), "examples", int(index), *_):
                rest["rules"][position]["examples"][index] = {"text": "stand-in", "violates": True}
            case ("rules", int(position), "categories", str(category), *_):
                rest["rules"][position]["categories"].pop(category, None)
                broken.add(("rules", position, "categories"))
            case ("rules", int(position), str(name), *_):
                rest["rules"][position].pop(name, None)
                broken.add(("rules", position, name))
            case ("counters", str(name), *_):
                rest["counters"].pop(name, None)
            case (str(name), *_):
                rest.pop(name, None)
                broken.add((name,))
    rest.setdefault("policy", "stand-in")
    rest.setdefault("version", 1)
    rules = rest.get("rules", [])
    positions = [position for position in range(len(rules)) if position not in dropped]
    if dropped:
        rest["rules"] = [rules[position] for position in positions]
    return rest, positions, broken
