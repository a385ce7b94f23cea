"""What holds for every perturbation."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import NotFound
from comity.evaluate.perturb import PERTURBATIONS, Perturbed, disguised_words, perturb, restored
from tests.evaluate.perturb.sentences import SENTENCES

NAMES = list(PERTURBATIONS)
ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates too
WORDY = st.lists(
    st.sampled_from(
        [
            "ſs",
            "İs",
            "é",
            "e\u0301",
            "ΣΑΣ",
            "łódź",
            "क्षि",
            "don’t",
            "ẞ",
            "ǅ",
            "хлеб",
            "x",
            "fuff",
            "rhythm",
            "42",
        ]
    ),
    max_size=8,
).map(" ".join)


def everything() -> str:
    """A digest of what becomes of all sentences under all perturbations."""
    made = [[name, *perturb(SENTENCES, name, seed=5)] for name in NAMES]
    return hashlib.sha256(repr(made).encode()).hexdigest()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT | WORDY, seed=st.integers())
def test_any_text_is_taken_and_outside_the_spans_nothing_changes(name, text, seed):
    perturbed = PERTURBATIONS[name].apply(text, Random(seed))
    ends = [0]
    for start, end, _ in perturbed.spans:
        assert ends[-1] <= start < end <= len(perturbed.text)
        ends.append(end)
    assert all(disguise != original for disguise, original in disguised_words(perturbed))
    assert restored(perturbed) == text
    assert perturbed.spans or perturbed.text == text


@pytest.mark.parametrize("name", NAMES)
def test_ordinary_sentences_are_nearly_all_changed(name):
    changed = [bool(perturbed.spans) for perturbed in perturb(SENTENCES, name, seed=1)]
    assert sum(changed) >= 0.95 * len(SENTENCES)


@pytest.mark.parametrize("name", [name for name in NAMES if PERTURBATIONS[name].kind == "camouflage"])
def test_the_original_of_a_camouflaged_word_is_a_whole_word_of_the_clean_text(name):
    for text, perturbed in zip(SENTENCES, perturb(SENTENCES, name, seed=2), strict=True):
        words = text.replace(",", " ").replace(".", " ").replace("!", " ").replace("?", " ").split()
        assert all(original in words for _, original in disguised_words(perturbed))


def test_a_text_with_nothing_to_change_comes_back_as_it_is():
    for name in NAMES:
        assert perturb(["", " \n"], name, seed=0) == [Perturbed(""), Perturbed(" \n")]
    assert perturb(["already small"], "case-lower", seed=0) == [Perturbed("already small")]


def test_what_becomes_of_a_text_does_not_depend_on_its_neighbours():
    for name in NAMES:
        forwards = perturb(SENTENCES, name, seed=3)
        assert perturb(SENTENCES[::-1], name, seed=3) == forwards[::-1]


def test_another_seed_makes_another_text():
    assert perturb(SENTENCES, "mixed", seed=1) != perturb(SENTENCES, "mixed", seed=2)


def test_other_processes_make_the_same_texts():
    call = "from tests.evaluate.perturb.test_perturbation import everything; print(everything())"
    for hash_seed in ("1", "2"):
        made = subprocess.run(
            [sys.executable, "-c", call],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.strip() == everything()


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(NotFound, match="no perturbation is called `leet-9`") as unknown:
        perturb(["x"], "leet-9", seed=0)
    assert "leet-4" in unknown.value.next_step


def test_a_change_is_told_as_what_stands_there_and_what_stood_there():
    [perturbed] = perturb(["what an idiot"], "separators-dots", seed=0)
    assert perturbed.text == "what an i.d.i.o.t"
    assert perturbed.spans == ((8, 17, "idiot"),)
    assert disguised_words(perturbed) == [("i.d.i.o.t", "idiot")]
