"""A text that is nearly an example is judged as the example was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import FactEvidence, Item, Part, Span
from comity.detect import Abstained, Signals
from comity.detect.neighbours import NEAR, Neighbours, score
from comity.errors import StoreError
from tests.detect.examples import Notebook

BISCUIT = "Prune your aubergines, you soggy biscuit."
WEATHER = "The weather will be fine on Tuesday."


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def neighbours(notebook, clock):
    return Neighbours("garden", ["no-insults", "no-spam"], notebook, clock=clock)


def scores(neighbours, text):
    [outcome] = neighbours.detect([Item.text(text)])
    return {signal.criterion: signal.score for signal in outcome.signals}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (BISCUIT, 0.99, 1.0),
        ("PRUNE your aubergines, you s0ggy b-i-s-c-u-i-t.", 0.9, 1.0),
        ("Honestly, prune your aubergine, you soggy biscuits!", 0.3, 0.9),
    ],
)
def test_the_nearer_a_text_is_to_an_example_the_higher_its_score(neighbours, notebook, text, low, high):
    notebook.teach(BISCUIT)
    assert low < scores(neighbours, text)["examples:no-insults"] <= high


def test_far_from_all_examples_there_is_no_signal_and_nothing_is_cleared(neighbours, notebook):
    notebook.teach(BISCUIT)
    assert neighbours.detect([Item.text(WEATHER)]) == [Signals()]


def test_without_examples_it_abstains(neighbours):
    [outcome] = neighbours.detect([Item.text(BISCUIT)])
    assert isinstance(outcome, Abstained)


def test_the_evidence_is_the_part_and_the_number_of_the_nearest_example(neighbours, notebook):
    notebook.teach("You aubergine.")
    number = notebook.teach(BISCUIT)
    parts = (Part("title", "text", WEATHER), Part("body", "text", BISCUIT))
    [outcome] = neighbours.detect([Item("post", parts)])
    [signal] = outcome.signals
    assert signal.evidence == (Span("body", 0, len(BISCUIT)), FactEvidence("example", str(number)))
    assert signal.detector == f"neighbours.v1@{notebook.revision}"


def test_each_rule_has_examples_of_its_own_and_others_are_not_read(neighbours, notebook):
    notebook.teach(BISCUIT, "no-spam")
    notebook.teach(BISCUIT, "a-rule-that-is-gone")
    assert scores(neighbours, BISCUIT).keys() == {"examples:no-spam"}


def test_an_example_that_keeps_the_rule_takes_its_likes_out(neighbours, notebook):
    rotten = "Prune your aubergines, you have a soggy biscuit."
    notebook.teach(BISCUIT)
    before = scores(neighbours, rotten)["examples:no-insults"]
    harmless = Notebook()
    harmless.teach(BISCUIT)
    harmless.teach(rotten, violates=False)
    after = Neighbours("garden", ["no-insults"], harmless)
    assert before > 0.35 > scores(after, rotten)["examples:no-insults"]
    assert scores(after, BISCUIT)["examples:no-insults"] > 0.9


def test_examples_that_keep_a_rule_never_give_a_signal_alone(neighbours, notebook):
    notebook.teach(BISCUIT, violates=False)
    assert scores(neighbours, BISCUIT) == {}


def test_an_example_counts_within_five_seconds_and_so_does_its_removal(neighbours, notebook, clock):
    assert scores_or_none(neighbours) is None
    number = notebook.teach(BISCUIT)
    clock.now += 5
    assert scores_or_none(neighbours) > 0.9
    notebook.forget(number)
    clock.now += 5
    assert scores_or_none(neighbours) is None


def scores_or_none(neighbours):
    [outcome] = neighbours.detect([Item.text(BISCUIT)])
    return outcome.signals[0].score if isinstance(outcome, Signals) else None


def test_it_does_not_look_for_changes_with_every_text(neighbours, notebook):
    for _ in range(10):
        neighbours.detect([Item.text(BISCUIT)])
    assert notebook.reads == 1


def test_when_the_examples_cannot_be_read_those_read_before_stay(neighbours, notebook, clock, caplog):
    notebook.teach(BISCUIT)
    neighbours.detect([Item.text(BISCUIT)])
    notebook.broken = True
    clock.now += 5
    assert scores_or_none(neighbours) > 0.9
    assert "those read before stay" in caplog.text
    assert "biscuit" not in caplog.text


def test_before_any_were_read_that_is_an_error(neighbours, notebook):
    notebook.broken = True
    with pytest.raises(StoreError):
        neighbours.detect([Item.text(BISCUIT)])


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=8))
def test_a_score_is_a_probability_and_an_example_that_keeps_the_rule_never_raises_it(near):
    near.sort(key=lambda pair: -pair[0])
    cosines = np.array([cosine for cosine, _ in near], np.float32)
    breaks = np.array([breaking for _, breaking in near])
    found = score(cosines, breaks)
    assert (found is None) == (not (breaks & (cosines >= NEAR)).any())
    if found is not None:
        alone = score(cosines[breaks], breaks[breaks])
        assert 0 < found <= alone <= 1
