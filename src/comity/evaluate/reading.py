"""How an annotation is read from the fields of a row."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Scalar = str | int | float | bool
Annotation = Annotated[float, Field(ge=0, le=1)]


class Reading(BaseModel):
    """How one annotation is read from a row's fields: a share of annotators in [0, 1], or nothing (masked).

    `field` alone reads a number. `values` translates the field's value; one that is not listed says nothing, unless
    `others` says what it means. `any` is 1 if one of several fields is positive, 0 if none of them is missing or
    positive. `mean` is the mean of those of several fields that are not missing. `above` makes the number 1 from there
    up, else 0. `absent` is what a missing field means, for `any` and `mean` whatever else would say nothing; without
    it, nothing. `invert` gives one minus the number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str | None = None
    any: tuple[str, ...] = ()
    mean: tuple[str, ...] = ()
    values: dict[Scalar, Annotation] | None = None
    others: Annotation | None = None
    above: float | None = None
    absent: Annotation | None = None
    invert: bool = False
    constant: Annotation | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Reading:
        if (self.field is not None) + bool(self.any) + bool(self.mean) + (self.constant is not None) != 1:
            raise ValueError("give exactly one of `field`, `any`, `mean` and a plain number")
        if self.others is not None and self.values is None:
            raise ValueError("`others` goes with `values`")
        return self

    def read(self, fields: Mapping[str, Any]) -> float | None:
        """The annotation, None if the fields say nothing. Raises ValueError for a field that is no number."""
        if self.constant is not None:
            return self.constant
        if self.any:
            numbers = [_number(fields, name) for name in self.any]
            positive = any(number is not None and number > 0 for number in numbers)
            return 1.0 if positive else self.absent if None in numbers else 0.0
        if self.mean:
            known = [number for name in self.mean if (number := _number(fields, name)) is not None]
            return sum(known) / len(known) if known else self.absent
        value = _said(fields, self.field or "")
        if value is None:
            return self.absent
        if self.values is not None:
            return self.values.get(value, self.others)
        number = float(value)
        number = float(number >= self.above) if self.above is not None else min(1.0, max(0.0, number))
        return 1.0 - number if self.invert else number


def _said(fields: Mapping[str, Any], name: str) -> Any:
    """NaN is how tables write that nobody said."""
    value = fields.get(name)
    return None if isinstance(value, float) and isnan(value) else value


def _number(fields: Mapping[str, Any], name: str) -> float | None:
    value = _said(fields, name)
    return None if value is None else float(value)


def _readings(value: Any) -> Any:
    """`toxic`, `0`, one mapping, or a list of them of which the first that says something counts."""
    choices = value if isinstance(value, list) else [value]
    short = {str: "field", int: "constant", float: "constant"}
    return [{short[type(choice)]: choice} if type(choice) in short else choice for choice in choices]


Readings = Annotated[tuple[Reading, ...], BeforeValidator(_readings)]


def annotation(readings: tuple[Reading, ...], fields: Mapping[str, Any]) -> float:
    """The first reading that says something; NaN if none does."""
    return next((said for said in (reading.read(fields) for reading in readings) if said is not None), np.nan)
