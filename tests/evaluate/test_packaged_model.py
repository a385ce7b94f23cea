"""The packaged model still does what its saved evaluation says, on texts that need no data."""

import pytest

from comity.evaluate.gate import gate
from comity.evaluate.run import evaluate
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.saved import NAME, saved
from comity.evaluate.subjects import open_subject
from comity.evaluate.suite import find_suite
from comity.evaluate.suite_rows import Options
from comity.models import find


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of the packaged model on the smoke suite."""
    path = tmp_path_factory.mktemp("run")
    evaluate(
        open_subject("model:english-v2"),
        [find_suite("smoke")],
        RunFolder(path),
        Options(),
        floors=lambda *_: {},
    )
    return path


def test_it_has_not_got_worse_than_its_card_says(folder):
    found = gate(folder, find("english-v2").folder / NAME)
    assert len(found.verdicts) > 20
    assert found.passed, [verdict.why for verdict in found.verdicts if not verdict.passed]


def test_its_numbers_are_those_of_its_card(folder):
    ours, theirs = RunFolder(folder).report().suite("smoke"), saved(find("english-v2")).suite("smoke")
    for here in ours.targets:
        there = theirs.target(here.target)
        # int8 arithmetic differs a little between processors and batches.
        assert here.roc_auc.value == pytest.approx(there.roc_auc.value, abs=0.02)
        assert (here.rows, here.positives) == (there.rows, there.positives)
