"""A suite: a named evaluation in four parts, one small YAML file (after "ChEF", 2023).

scenario (which texts, and what is known of them), instruction (what the judge is told), inferencer (how it is asked),
metrics (what is computed from the answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from comity.errors import InputError, NotFound
from comity.evaluate.reading import Readings, Scalar
from comity.taxonomy import CATEGORIES

Split = Literal["train", "calibration", "test"]
Section = Literal[
    "targets",
    "classes",
    "slices",
    "functional",
    "identities",
    "annotators",
    "spans",
    "false-alarms",
    "robustness",
    "rules",
]
SECTIONS: tuple[str, ...] = get_args(Section)
PACKAGED = Path(__file__).parent / "suites"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Strict):
    """One question to a judge. `read` finds the answer in a row; the judge's is its highest score over those of
    `criteria` that it judges.
    """

    read: Readings
    criteria: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Target:
        unknown = {*self.criteria} - {*CATEGORIES}
        if unknown:
            raise ValueError(f"no such category: {', '.join(sorted(unknown))}")
        return self


class Classes(_Strict):
    """A question with one of several answers: `field` holds the answer, `values` are those that count."""

    field: str
    values: tuple[Scalar, ...] = Field(min_length=2)


class Annotators(_Strict):
    """Who said what: each entry of a row's annotations is one person's.

    `read` finds that person's answer to `target` in the entry, `by` are the entry's fields that make groups.
    """

    target: str
    read: Readings
    id: str | None = "annotator"
    by: tuple[str, ...] = ()


class Scenario(_Strict):
    """Rows of a data file (`data`, below the data root or beside the suite) or of packaged texts (`texts`).

    `languages`: of the rows, most of them in the first; rows in others are left out. `where` keeps rows whose field has
    one of the values. `splits` names the file's own splits; of `calibration` only the half with an odd hash is used,
    and training may use the other. `slices` are fields whose values split the report, `functionality` the field that
    names a functional test and `target_group` the one that names whom it is about, `group` the field that makes rows
    belong together (templates). `mentions` makes a field of each of its names: 1 where the text has one of the words,
    in any case, else 0.
    """

    data: str | None = None
    texts: str | None = None
    licence: str
    languages: tuple[str, ...] = Field(min_length=1)
    roles: tuple[str, ...] = ()
    where: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict)
    splits: Mapping[Split, tuple[Scalar, ...]] = {
        "train": ("train",),
        "calibration": ("validation",),
        "test": ("test",),
    }
    targets: dict[str, Target] = Field(min_length=1)
    classes: Classes | None = None
    slices: tuple[str, ...] = ()
    functionality: str | None = None
    target_group: str | None = None
    identities: tuple[str, ...] = ()
    mentions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    group: str | None = None
    annotators: Annotators | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Scenario:
        if (self.data is None) == (self.texts is None):
            raise ValueError("give either `data` or `texts`")
        if self.annotators and self.annotators.target not in self.targets:
            raise ValueError(f"the annotators answer `{self.annotators.target}`, which is no target")
        return self


class Instruction(_Strict):
    """What the judge is told, where it takes an instruction: a policy by name or file."""

    policy: str | None = None


class Inferencer(_Strict):
    """How the judge is asked.

    `thread`: with the texts before the item. `perturbations`: disguises to put the texts in, `[all]` for each one.
    `cap` is how many rows are asked at most, drawn by a hash of their id, so that every run draws the same.
    """

    thread: bool = False
    perturbations: tuple[str, ...] = ()
    cap: int | None = Field(default=None, gt=0)


class Suite(_Strict):
    """`kind` groups suites in reports. `unseen` says that no packaged model was trained on rows of this source."""

    suite: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    summary: str
    kind: Literal["post", "llm", "functional", "robustness", "over-sensitivity", "disagreement", "smoke"]
    scenario: Scenario
    instruction: Instruction = Instruction()
    inferencer: Inferencer = Inferencer()
    metrics: tuple[Section, ...] = ("targets",)
    note: str = ""

    @model_validator(mode="after")
    def _fed(self) -> Suite:
        needs = {
            "classes": self.scenario.classes,
            "slices": self.scenario.slices,
            "functional": self.scenario.functionality,
            "identities": self.scenario.identities,
            "annotators": self.scenario.annotators,
            "robustness": self.inferencer.perturbations,
            "rules": self.instruction.policy,
        }
        for section, given in needs.items():
            if (section in self.metrics) != bool(given):
                raise ValueError(f"metric `{section}` and what it needs in the suite go together")
        return self


def read_suite(path: Path) -> Suite:
    """The suite in a YAML file. Raises InputError that lists every mistake."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the suite cannot be read: {error}", where=str(path)) from error
    try:
        return Suite.model_validate(document)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'suite'}: {mistake['msg']}" for mistake in error.errors()
        )
        raise InputError(f"the suite has mistakes: {mistakes}", where=str(path)) from error


def packaged_suites() -> dict[str, Path]:
    """Name to file, in order of name."""
    return {path.stem: path for path in sorted(PACKAGED.glob("*.yaml"))}


def find_suite(name: str) -> tuple[Suite, Path]:
    """A packaged suite by name, or the suite in a file. Raises NotFound, InputError."""
    packaged = packaged_suites()
    path = packaged.get(name) or Path(name)
    if not path.is_file():
        raise NotFound(
            f"there is no suite `{name}`",
            next_step="`comity evaluate list` names the packaged ones; a file needs its path.",
        )
    return read_suite(path), path
