"""Own texts from templates: what the harness's own suites are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import prod
from pathlib import Path
from random import Random
from re import compile as pattern
from sys import maxsize
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from comity.content.item import Role
from comity.errors import InputError
from comity.taxonomy import CATEGORIES

VIOLATES = "violates"
"""The label that says whether a text breaks any sane policy, whatever the category."""

_FIELD = pattern(r"\{([^{}]*)\}")
_Words = Annotated[str, Field(min_length=1)]
_Labels = dict[str, Literal[0, 1]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Group(_Strict):
    kind: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    labels: _Labels
    role: Role = "post"
    templates: tuple[_Words, ...] = ()
    pairs: tuple[tuple[_Words, _Words], ...] = ()
    twin_labels: _Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> _Group:
        if not self.templates and not self.pairs:
            raise ValueError(f"group {self.kind} is empty; give it `templates` or `pairs`")
        if bool(self.pairs) != bool(self.twin_labels):
            raise ValueError(f"`pairs` and `twin_labels` of group {self.kind} go together")
        unknown = {*self.labels, *self.twin_labels} - {VIOLATES, *CATEGORIES}
        if unknown:
            raise ValueError(f"group {self.kind} has unknown labels: {', '.join(sorted(unknown))}")
        return self


class _File(_Strict):
    lang: str = "en"
    slots: dict[str, Annotated[tuple[_Words, ...], Field(min_length=1)]] = Field(default_factory=dict)
    groups: Annotated[tuple[_Group, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Template:
    """`id` is `<kind>-<number>`, counted from 1 within the kind; `fields` maps what stands in braces to its values."""

    id: str
    text: str
    twin: str | None
    group: _Group
    fields: Mapping[str, tuple[str, ...]]

    def texts(self, seed: int, most: int) -> Iterator[tuple[str, str | None]]:
        """Up to `most` different fillings of the text and its twin, in random order."""
        total = prod(map(len, self.fields.values()))
        for place in Random(f"{seed} {self.text}").sample(range(min(total, maxsize)), min(total, most)):
            filling = {}
            for field, values in self.fields.items():
                place, at = divmod(place, len(values))
                filling[field] = values[at]
            yield _fill(self.text, filling), None if self.twin is None else _fill(self.twin, filling)


def expand(source: Path | Mapping[str, Any], *, seed: int, per_kind: int = 150) -> list[dict[str, Any]]:
    """Texts from a template file (or its parsed content), at most `per_kind` different ones of each kind.

    The file has `lang`, `slots` (name to values) and `groups`, each of one `kind` (several groups may share it), with
    `labels` (0 or 1 for a category or `violates`; a category that is left out is not known), the `role` of the texts,
    and `templates`, in which `{name}` stands for a value of that slot and `{this|that}` for one of the alternatives;
    a field that stands twice is filled alike. `pairs` are templates with a contrast twin, filled with the same
    values, which has the group's `twin_labels`; twins come on top of `per_kind`.

    No template is used twice more than another that still has new texts. Rows are dicts of id (from a hash of the
    text), text, lang, role, labels, kind, template (its id) and pair (the same id in both texts of a pair, else
    None), in the order of the file. The same seed gives the same rows. Raises InputError.
    """
    where = str(source) if isinstance(source, Path) else "templates"
    file = _read(source, where)
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for kind, templates in _templates(file, where).items():
        for template, text, twin in _draw(templates, Random(f"{seed} {kind}"), seed, per_kind, seen):
            row = _row(template, text, template.group.labels, file.lang)
            rows.append(row)
            if twin is not None:
                row["pair"] = row["id"]
                rows.append(_row(template, twin, template.group.twin_labels, file.lang) | {"pair": row["id"]})
    return rows


def _read(source: Path | Mapping[str, Any], where: str) -> _File:
    try:
        content = yaml.safe_load(source.read_text(encoding="utf-8")) if isinstance(source, Path) else source
        return _File.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the templates cannot be read: {error}", where=where) from error
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'file'}: {mistake['msg']}" for mistake in error.errors()
        )
        raise InputError(f"the templates have mistakes: {mistakes}", where=where) from error


def _templates(file: _File, where: str) -> dict[str, list[_Template]]:
    found: dict[str, list[_Template]] = {}
    for group in file.groups:
        of_kind = found.setdefault(group.kind, [])
        for text, twin in (*((text, None) for text in group.templates), *group.pairs):
            id = f"{group.kind}-{len(of_kind) + 1}"
            fields = _fields(text, file.slots, f"{where}, template {id}")
            stray = {*_FIELD.findall(twin or "")} - {*fields}
            if stray:
                raise InputError(
                    f"the twin uses fields that its template lacks: {', '.join(sorted(stray))}",
                    where=f"{where}, template {id}",
                )
            of_kind.append(_Template(id, text, twin, group, fields))
    return found


def _fields(text: str, slots: Mapping[str, tuple[str, ...]], where: str) -> dict[str, tuple[str, ...]]:
    fields = {}
    for field in _FIELD.findall(text):
        if "|" in field:
            fields[field] = tuple(dict.fromkeys(field.split("|")))
        elif field in slots:
            fields[field] = slots[field]
        else:
            raise InputError(
                f"the template uses the unknown slot `{field}`",
                where=where,
                next_step="Name it under `slots`, or write alternatives as {this|that}.",
            )
    return fields


def _draw(
    templates: list[_Template], random: Random, seed: int, most: int, seen: set[str]
) -> list[tuple[_Template, str, str | None]]:
    """Up to `most` texts that are not `seen`, in turn from each template until it has no new one."""
    turns = deque(
        (place, template.texts(seed, most))
        for place, template in random.sample([*enumerate(templates)], len(templates))
    )
    drawn: list[tuple[int, str, str | None]] = []
    while turns and len(drawn) < most:
        place, texts = turns.popleft()
        for text, twin in texts:
            if text not in seen and twin not in seen:
                seen |= {text, twin or text}
                drawn.append((place, text, twin))
                turns.append((place, texts))
                break
    return [(templates[place], text, twin) for place, text, twin in sorted(drawn, key=lambda one: one[0])]


def _row(template: _Template, text: str, labels: _Labels, lang: str) -> dict[str, Any]:
    return {
        "id": f"{template.group.kind}-{blake2b(text.encode(), digest_size=5).hexdigest()}",
        "text": text,
        "lang": lang,
        "role": template.group.role,
        "labels": dict(labels),
        "kind": template.group.kind,
        "template": template.id,
        "pair": None,
    }


def _fill(text: str, filling: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda field: filling[field[1]], text)
