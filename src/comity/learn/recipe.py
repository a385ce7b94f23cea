"""A recipe: which rows teach which criteria, how they are sampled, and what is trained on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from comity.errors import InputError
from comity.evaluate.reading import Annotation, Readings, Scalar
from comity.models.card import Ngrams
from comity.taxonomy import CATEGORIES

Part = Literal["train", "validation", "test", "halved"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """One use of one data set.

    `splits_as` gives a split of the file another part here (`validation: test`); of one that is `halved`, the
    development half teaches and the calibration half validates. `where` keeps rows whose label of that name has one of
    the values. `others` is the annotation of every criterion without a reading. `cap` is how many training rows are
    drawn at most, after all rows with a positive annotation in a criterion of `keep`. `use: evaluate` means that no row
    of it teaches or calibrates; `splits` then says which of its rows test.
    """

    id: str
    path: str
    licence: str
    read: dict[str, Readings]
    splits_as: dict[str, Part] = Field(default_factory=dict)
    where: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict)
    others: Annotation | None = None
    cap: int | None = Field(default=None, gt=0)
    keep: tuple[str, ...] = ()
    use: Literal["train", "evaluate"] = "train"
    splits: tuple[str, ...] = ("test",)
    note: str = ""


class Training(_Strict):
    """The fine-tuning. `batch_tokens` bounds rows x longest row; rates are peaks of a warm-up and cosine."""

    kind: Literal["encoder"] = "encoder"
    frozen_layers: int = Field(ge=0)
    max_tokens: int = Field(ge=16, le=512)
    stride: int = Field(ge=0)
    epochs: float = Field(gt=0)
    batch_tokens: int = Field(ge=64)
    encoder_rate: float = Field(gt=0)
    head_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    warmup: float = Field(ge=0, lt=1)
    threads: int = Field(ge=1)


class NgramTraining(_Strict):
    """A linear model of n-grams, read in windows of words. `strengths` are the inverse penalties to choose from,
    `folds` the parts into which training rows are cut where a source has no validation rows. `prevalence` is the
    largest share of positives to calibrate with: ordinary posts hold fewer than data sets do.
    """

    kind: Literal["ngrams"]
    features: Ngrams
    window_words: int = Field(ge=8)
    window_stride: int = Field(ge=0)
    strengths: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1)
    folds: int = Field(ge=2)
    prevalence: float = Field(gt=0, lt=1)


def _kind(training: Any) -> str:
    found = training.get("kind") if isinstance(training, dict) else getattr(training, "kind", None)
    return str(found or "encoder")


class Recipe(_Strict):
    """Everything that `comity.learn.train` needs besides the data.

    `evaluation_cap` is how many validation rows and how many test rows are drawn from a source at most; `templates`
    is a file beside the recipe.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    summary: str
    languages: tuple[str, ...]
    criteria: tuple[str, ...]
    seed: int
    evaluation_cap: int = Field(gt=0)
    training: Annotated[
        Annotated[Training, Tag("encoder")] | Annotated[NgramTraining, Tag("ngrams")], Discriminator(_kind)
    ]
    templates: str | None = None
    sources: tuple[Source, ...]
    limits: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Recipe:
        ids = [source.id for source in self.sources]
        if len(set(ids)) != len(ids):
            raise ValueError("two sources have the same id")
        unknown = {*self.criteria} - {*CATEGORIES}
        if unknown:
            raise ValueError(f"no such category: {', '.join(sorted(unknown))}")
        for source in self.sources:
            stray = {*source.read, *source.keep} - {*self.criteria}
            if stray:
                raise ValueError(
                    f"source {source.id} names {', '.join(sorted(stray))}, not a criterion of the recipe"
                )
        return self


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file. Raises InputError that lists every mistake."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"the recipe cannot be read: {error}", where=str(path)) from error
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'recipe'}: {mistake['msg']}"
            for mistake in error.errors()
        )
        raise InputError(f"the recipe has mistakes: {mistakes}", where=str(path)) from error
