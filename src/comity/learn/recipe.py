"""A recipe: which rows teach which criteria, how they are sampled, and what is trained on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from comity.content.item import Role
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
    of it teaches or calibrates; `splits` then says which of its rows test. `context` is the share of rows that are read
    after the last text of their context. `spans`: the file's spans teach which tokens to mark.
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
    context: float = Field(default=0, ge=0, le=1)
    spans: bool = False
    note: str = ""


class Training(_Strict):
    """How a network is fitted. `batch_tokens` bounds rows x longest row; rates are peaks of a warm-up and cosine, that
    of the `encoder` for all below the heads. Of a text's context the last `context_tokens` tokens are read.
    `mark_weight` is that of the loss of marked tokens.
    """

    max_tokens: int = Field(ge=16, le=512)
    stride: int = Field(ge=0)
    epochs: float = Field(gt=0)
    batch_tokens: int = Field(ge=64)
    encoder_rate: float = Field(gt=0)
    head_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    warmup: float = Field(ge=0, lt=1)
    context_tokens: int = Field(default=32, ge=1)
    mark_weight: float = Field(default=0.3, ge=0)
    threads: int = Field(ge=1)


class EncoderTraining(Training):
    """The fine-tuning of a pretrained encoder."""

    kind: Literal["encoder"] = "encoder"
    frozen_layers: int = Field(ge=0)


class TinyTraining(Training):
    """A small transformer from nothing, with a `vocabulary` of its own; `width` is that of a token."""

    kind: Literal["tiny"]
    vocabulary: int = Field(ge=512, le=65_536)
    width: int = Field(ge=8)
    layers: int = Field(ge=1)
    heads: int = Field(ge=1)

    @model_validator(mode="after")
    def _whole_heads(self) -> TinyTraining:
        if self.width % self.heads:
            raise ValueError("`width` is no multiple of `heads`")
        return self


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

    `steps` grade criteria: `hate>=2` is an output that says whether hate is moderate or worse. `context_roles` are the
    items that are read after what was said before, `marked` the criteria whose evidence are the marked tokens, `roles`
    the only items that a criterion is judged of. `evaluation_cap` is how many validation rows and how many test rows
    are drawn from a source at most; `templates` is a file beside the recipe.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    summary: str
    languages: tuple[str, ...]
    criteria: tuple[str, ...]
    steps: tuple[Annotated[str, Field(pattern=r"^[a-z/-]+>=[23]$")], ...] = ()
    roles: dict[str, tuple[Role, ...]] = Field(default_factory=dict)
    context_roles: tuple[Role, ...] = ()
    marked: tuple[str, ...] = ()
    seed: int
    evaluation_cap: int = Field(gt=0)
    training: Annotated[
        Annotated[EncoderTraining, Tag("encoder")]
        | Annotated[TinyTraining, Tag("tiny")]
        | Annotated[NgramTraining, Tag("ngrams")],
        Discriminator(_kind),
    ]
    templates: str | None = None
    sources: tuple[Source, ...]
    limits: tuple[str, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """What a network says: the criteria, then their steps in the order of a card."""
        steps = [(self.criteria.index(step.partition(">=")[0]), step) for step in self.steps]
        return (*self.criteria, *(step for _, step in sorted(steps)))

    @model_validator(mode="after")
    def _consistent(self) -> Recipe:
        ids = [source.id for source in self.sources]
        if len(set(ids)) != len(ids):
            raise ValueError("two sources have the same id")
        unknown = {*self.criteria} - {*CATEGORIES}
        if unknown:
            raise ValueError(f"no such category: {', '.join(sorted(unknown))}")
        named = {*self.roles, *self.marked, *(step.partition(">=")[0] for step in self.steps)}
        if named - {*self.criteria}:
            raise ValueError(f"not a criterion of the recipe: {', '.join(sorted(named - {*self.criteria}))}")
        for source in self.sources:
            stray = {*source.read, *source.keep} - {*self.outputs}
            if stray:
                raise ValueError(
                    f"source {source.id} names {', '.join(sorted(stray))}, not a criterion of the recipe"
                )
        return self


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file. Raises InputError that lists every mistake.

    `extends: other.yaml` names a recipe beside it, whose keys hold where it has none itself. Readings of outputs that
    it does not have fall away.
    """
    document, base = _document(path), {}
    if isinstance(document, dict) and "extends" in document:
        base = _document(path.parent / str(document.pop("extends")))
    if not isinstance(document, dict) or not isinstance(base, dict):
        raise InputError("the recipe is no table of keys and values", where=str(path))
    try:
        return Recipe.model_validate(_extended(base, document) if base else document)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'recipe'}: {mistake['msg']}"
            for mistake in error.errors()
        )
        raise InputError(f"the recipe has mistakes: {mistakes}", where=str(path)) from error


def recipe_text(path: Path) -> bytes:
    """What the file of a recipe says, followed by what the one says that it extends. Raises InputError."""
    document = _document(path)
    base = document.get("extends") if isinstance(document, dict) else None
    return path.read_bytes() + ((path.parent / str(base)).read_bytes() if base else b"")


def _document(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"the recipe cannot be read: {error}", where=str(path)) from error


def _extended(base: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    merged = base | document
    outputs = {*merged.get("criteria", ()), *merged.get("steps", ())}
    if "sources" not in document:
        merged["sources"] = [_only(outputs, source) for source in base.get("sources", ())]
    return merged


def _only(outputs: set[str], source: dict[str, Any]) -> dict[str, Any]:
    """The source as far as it speaks of `outputs`."""
    read = {output: reading for output, reading in source["read"].items() if output in outputs}
    keep = [output for output in source.get("keep", ()) if output in outputs]
    return source | {"read": read, "keep": keep}
