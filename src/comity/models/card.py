"""The card of an artefact: what it judges, how its scores were calibrated, what it learned from, how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from comity.content.item import Role
from comity.errors import ArtefactError, CalibrationError

Share = Annotated[float, Field(ge=0, le=1)]
Measure = Literal["precision", "recall", "fpr"]
_FEWEST_FLAGGED = 20  # below this a measured precision is mostly luck


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Calibration(_Strict):
    """Platt scaling: probability = sigmoid(slope x logit + intercept). The slope is positive, so order is kept.

    Platt, 1999: Probabilistic Outputs for Support Vector Machines.
    """

    slope: float = Field(gt=0)
    intercept: float


class OperatingPoint(_Strict):
    """What a threshold (flag from it upwards) catches on the validation rows."""

    threshold: Share
    true_positives: int = Field(ge=0)
    false_positives: int = Field(ge=0)

    @property
    def precision(self) -> float:
        flagged = self.true_positives + self.false_positives
        return self.true_positives / flagged if flagged else 1.0


def _point(value: Any) -> Any:
    """A point is written as a row of three numbers, to keep cards short."""
    fields = ("threshold", "true_positives", "false_positives")
    return dict(zip(fields, value, strict=True)) if isinstance(value, list) else value


class Label(_Strict):
    """One criterion: its calibration and operating points, both from `positives` and `negatives` validation rows.

    Points are in ascending order of threshold. `steps` maps a severity to the calibration of the output that says
    whether it is reached (ordinal classification by one binary output a step: Frank and Hall, 2001: A Simple Approach
    to Ordinal Classification). `roles` are those of the items that are judged, empty for all.
    """

    calibration: Calibration
    positives: int = Field(gt=0)
    negatives: int = Field(gt=0)
    points: tuple[Annotated[OperatingPoint, BeforeValidator(_point)], ...]
    steps: dict[Annotated[int, Field(ge=2, le=3)], Calibration] = Field(default_factory=dict)
    roles: tuple[Role, ...] = ()

    @property
    def prevalence(self) -> float:
        """Share of positives among the rows that calibrated: a site with fewer should read scores lower."""
        return self.positives / (self.positives + self.negatives)

    def recall(self, point: OperatingPoint) -> float:
        return point.true_positives / self.positives

    def fpr(self, point: OperatingPoint) -> float:
        return point.false_positives / self.negatives

    def threshold(self, measure: Measure, value: float) -> float:
        """The threshold that meets a stated risk on the validation rows.

        `precision` at least `value`, `fpr` at most: the lowest threshold from which on it holds. `recall` at least:
        the highest that still reaches it. Precision over fewer than 20 flagged rows is not believed. Raises
        CalibrationError if there is none.
        """
        reached: float | None = None
        if measure == "recall":
            reached = max(
                (point.threshold for point in self.points if self.recall(point) >= value), default=None
            )
        else:
            for point in reversed(self.points):
                if measure == "precision" and point.true_positives + point.false_positives < _FEWEST_FLAGGED:
                    continue
                holds = point.precision >= value if measure == "precision" else self.fpr(point) <= value
                if not holds:
                    break
                reached = point.threshold
        if reached is None:
            raise CalibrationError(
                f"no threshold gave a {measure} of {value:g} on the validation rows",
                next_step="Ask for less, or give a number as the threshold.",
            )
        return reached


class Context(_Strict):
    """Items of `roles` are read after the last `tokens` tokens of the item before them."""

    tokens: int = Field(ge=1)
    roles: tuple[Role, ...]


class Marking(_Strict):
    """Tokens whose probability is at least `threshold` are the evidence for `criteria`."""

    threshold: float = Field(gt=0, lt=1)
    criteria: tuple[str, ...]


class Combination(_Strict):
    """How other detectors' scores join the model's: a logistic rule over log-odds, fitted on validation rows.

    `weight` is that of the model's log-odds, `others` maps a detector's name to the weight of its own.
    """

    bias: float
    weight: float = Field(gt=0)
    others: dict[str, Annotated[float, Field(ge=0)]]


class DataSet(_Strict):
    """How many rows of one source, the file at `path` below a data folder, taught, calibrated and tested."""

    id: str
    path: str = ""
    licence: str
    train: int
    validation: int
    test: int
    note: str = ""


class Measured(_Strict):
    """A value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def _measured(value: Any) -> Any:
    return dict(zip(("value", "low", "high"), value, strict=True)) if isinstance(value, list) else value


Metric = Annotated[Measured, BeforeValidator(_measured)]


class Decided(_Strict):
    """Decisions at `threshold`, the best for F1 on the calibration rows. `macro_f1` is the mean of the F1 of positives
    and that of negatives; beside it the one of naming the commoner class always, and of the baseline.
    """

    threshold: Share
    f1: Metric
    macro_f1: Metric
    majority_macro_f1: float
    baseline_macro_f1: float


class Result(_Strict):
    """One criterion on the test rows of one source, beside a baseline: n-grams trained on the same rows, or for a model
    of n-grams the packaged word list.
    """

    source: str
    label: str
    rows: int
    positives: int = Field(gt=0)
    roc_auc: Metric
    auprc: Metric
    ece: float
    baseline_roc_auc: float
    baseline_auprc: float
    seen: bool
    """Whether other rows of the source were trained on (in domain)."""
    decided: Decided | None = None

    @property
    def prevalence(self) -> float:
        return self.positives / self.rows


class FalseAlarms(_Strict):
    """Share of a source's harmless test rows whose highest score over all criteria is at least 0.5 and 0.8."""

    source: str
    rows: int
    at_50: Share
    at_80: Share


class Ngrams(_Strict):
    """How a text becomes features: runs of one to `words` words, and `letters` (fewest, most) letters of a word in a
    row, each hashed to one of `buckets`.
    """

    words: int = Field(ge=1, le=4)
    letters: tuple[Annotated[int, Field(ge=2, le=8)], Annotated[int, Field(ge=2, le=8)]]
    buckets: int = Field(ge=2, le=2**24)


class Card(_Strict):
    """`labels` is in the order of the model's outputs. `files` maps each file's name to its SHA-256.

    `kind` says how the model is run; `ngrams` goes with that kind. A language may name its script (`ur-Latn`), and
    then the model reads that script only. Windows are counted in tokens of the tokenizer, those of `ngrams` in words.
    The outputs of a network are the labels, then their steps in the same order. `rounding` is the mean absolute
    difference in probability between the network in eight bits and the one that was trained.
    `embedding` is the digest of what heads were fitted on, that of the encoder named by their `base`.
    """

    name: str
    kind: Literal["encoder", "ngrams", "heads"] = "encoder"
    version: str
    summary: str
    languages: tuple[str, ...]
    ngrams: Ngrams | None = None
    window_tokens: int
    window_stride: int
    context: Context | None = None
    marking: Marking | None = None
    rounding: float | None = None
    base: str
    embedding: str | None = None
    licence: str
    labels: dict[str, Label]
    combinations: dict[str, Combination] = Field(default_factory=dict)
    limits: tuple[str, ...] = ()
    data: tuple[DataSet, ...] = ()
    results: tuple[Result, ...] = ()
    false_alarms: tuple[FalseAlarms, ...] = ()
    files: dict[str, str]

    @model_validator(mode="after")
    def _of_its_kind(self) -> Card:
        if (self.kind == "ngrams") != (self.ngrams is not None):
            raise ValueError("`ngrams` goes with the kind of that name")
        return self

    @property
    def learned_from(self) -> frozenset[str]:
        """The files whose rows taught or calibrated."""
        return frozenset(data.path for data in self.data if data.path and data.train + data.validation)

    @property
    def calibrations(self) -> list[Calibration]:
        """One an output of the model, in their order."""
        labels = self.labels.values()
        steps = (label.steps[severity] for label in labels for severity in sorted(label.steps))
        return [*(label.calibration for label in labels), *steps]

    def speaks(self, language: str) -> bool:
        """Whether the model has evidence for a language tag such as `pt`, `pt-BR` or `ur-Latn`."""
        tag = language.lower()
        known = {name.lower() for name in self.languages}
        return tag in known or tag.partition("-")[0] in known


def read_card(path: Path) -> Card:
    """The card in a YAML file. Raises ArtefactError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        return Card.model_validate(document)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ArtefactError(
            f"the model's card cannot be read: {type(error).__name__}",
            where=str(path),
            next_step="Install the model again.",
        ) from error


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
