"""Every mistake that a policy file can have, beside the exact words in which it is told.

`mistakes/NAME.yaml` is the file, `mistakes/NAME.txt` what `comity policy check` prints for it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import comity.policy
from comity.errors import PolicyError
from comity.policy import Library, read

HERE = Path(__file__).parent
FILES = sorted(path.stem for path in (HERE / "mistakes").glob("*.yaml"))
DOCS = HERE.parents[1] / "docs" / "policy.md"


def told(name: str) -> str:
    return (HERE / "mistakes" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_mistake_of_a_file_is_told_at_its_place(name, monkeypatch):
    monkeypatch.chdir(HERE / "mistakes")
    with pytest.raises(PolicyError) as error:
        read(Path(f"{name}.yaml"), library=Library(Path("../library")))
    assert f"{error.value}\n" == told(name)


@pytest.mark.parametrize("name", FILES)
def test_the_parser_without_libyaml_tells_the_same(name, monkeypatch):
    monkeypatch.setattr("comity.policy._source._Loader", yaml.SafeLoader)
    test_every_mistake_of_a_file_is_told_at_its_place(name, monkeypatch)


def codes_in_the_source() -> set[str]:
    package = Path(comity.policy.__file__).parent
    return set(re.findall(r'"(P0\d\d)"', "".join(path.read_text("utf-8") for path in package.glob("*.py"))))


def test_every_code_has_a_file_that_shows_it():
    assert codes_in_the_source() == set(re.findall(r"P0\d\d", "".join(map(told, FILES))))


def test_every_code_is_explained_in_the_documentation():
    documented = re.findall(r"^\| (P0\d\d) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert documented == sorted(codes_in_the_source())


def test_the_problems_are_in_the_order_of_the_file(monkeypatch):
    monkeypatch.chdir(HERE / "mistakes")
    with pytest.raises(PolicyError) as error:
        read(Path("wrong-types.yaml"))
    lines = [problem.line for problem in error.value.problems]
    assert lines == sorted(lines)
