"""Detectors are found by name: built-in ones in a table, others by entry point."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from comity import Moderator
from comity.detect import Detector
from comity.detect.registry import DETECTORS, build, names
from comity.errors import ArtefactError, NotFound
from comity.policy import Policy, Rule

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def from_the_guide(monkeypatch):
    """The detector of CONTRIBUTING.md, put where the guide says: one file and one line."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    [code] = re.findall(r"   ```python\n(   \"\"\".*?)   ```", text, re.DOTALL)
    module = ModuleType("comity.detect.shouting")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec("\n".join(line.removeprefix("   ") for line in code.splitlines()), module.__dict__)
    [(name, path)] = re.findall(r'"(shouting\.v1)": "(comity\.detect\.shouting:\w+)"', text)
    monkeypatch.setitem(DETECTORS, name, path)
    return name


def test_the_detector_of_the_guide_works_with_one_file_and_one_line(from_the_guide):
    assert from_the_guide in names()
    detector = build(from_the_guide)
    assert isinstance(detector, Detector)
    rule = Rule("no-shouting", "Do not shout.", categories={"toxicity": 0.3}, actions=("label",))
    moderator = Moderator(Policy("p", 1, (rule,), on_unjudged="allow"), detectors=[detector])
    assert moderator.moderate("STOP IT").action == "label"
    quiet = moderator.moderate("stop it")
    assert quiet.action == "allow"
    assert quiet.not_judged, "a detector that clears nothing leaves the rule unjudged"


@pytest.mark.parametrize("name", DETECTORS)
def test_every_built_in_detector_can_be_built_and_is_called_as_registered(name):
    detector = build(name)
    assert isinstance(detector, Detector)
    assert detector.criteria


@pytest.fixture
def installed_package(tmp_path, monkeypatch):
    """A package of somebody else's that registers a detector by entry point."""
    (tmp_path / "their_package.py").write_text(
        "class Odd:\n"
        "    name = 'odd.v1'\n"
        "    criteria = frozenset({'spam'})\n"
        "    modalities = frozenset({'text'})\n"
        "    languages = None\n"
        "    tier = 0\n"
        "    def detect(self, items):\n"
        "        return []\n"
    )
    metadata = tmp_path / "their_package-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[comity.detectors]\nodd.v1 = their_package:Odd\neven.v1 = their_package:Odd\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_a_package_adds_a_detector_by_entry_point(installed_package):
    assert "odd.v1" in names()
    assert build("odd.v1").criteria == {"spam"}


def test_a_detector_that_calls_itself_something_else_is_refused(installed_package):
    with pytest.raises(ArtefactError, match=r"odd\.v1"):
        build("even.v1")


def test_a_name_that_is_not_registered_is_told_with_those_that_are():
    with pytest.raises(NotFound, match=r"lexicon\.v1"):
        build("no-such-thing.v1")
