"""Floors of a second process."""

from multiprocessing import active_children

import pytest

from comity.evaluate.floors import Floors
from comity.evaluate.floors_ahead import FloorsAhead
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.suite import find_suite
from comity.evaluate.suite_rows import Options, load_suite


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def smoke():
    return find_suite("smoke")


def test_they_are_those_that_the_first_process_would_measure(smoke, tmp_path):
    rows = load_suite(*smoke, Options())
    with FloorsAhead([smoke], RunFolder(tmp_path), Options()) as ahead:
        found = ahead.of(rows)
    assert {floor.name for floors in found.values() for floor in floors} >= {"flag all", "word list"}
    assert found == Floors([smoke], None, cache=tmp_path / "another").of(rows)


def test_if_the_second_process_dies_the_first_does_its_work(smoke, tmp_path):
    with FloorsAhead([smoke], RunFolder(tmp_path), Options()) as ahead:
        (second,) = active_children()
        second.kill()
        assert ahead.of(load_suite(*smoke, Options()))


def test_a_suite_without_targets_needs_none_and_starts_no_process(tmp_path):
    functional = find_suite("community-rules")
    assert "targets" not in functional[0].metrics
    with FloorsAhead([functional], RunFolder(tmp_path), Options()):
        assert active_children() == []
