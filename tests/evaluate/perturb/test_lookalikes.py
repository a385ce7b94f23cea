"""Harmless texts that look like disguised words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from comity.detect.lexicon_file import packaged_rows
from comity.evaluate.perturb import lookalikes
from comity.evaluate.perturb.lookalikes import EACH

SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_has_its_number_of_texts_and_no_text_comes_twice(seed):
    made = lookalikes(seed)
    counts = Counter(lookalike.kind for lookalike in made)
    assert set(counts.values()) == {EACH}
    assert EACH >= 40
    assert len(counts) >= 14
    assert len({lookalike.text for lookalike in made}) == len(made)


def test_the_same_seed_draws_the_same_texts_and_another_one_others():
    assert lookalikes(1) == lookalikes(1)
    assert lookalikes(1) != lookalikes(2)


def test_every_slot_is_filled():
    assert not [found for found in lookalikes(0) if re.search(r"\{[#~]|\{(?!n\+1)\w{2,}\}", found.text)]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_listed_word_stands_in_a_look_alike_in_plain_letters(seed):
    listed = {entry.term.lower() for entry in packaged_rows().entries if entry.lang in ("en", "*")}
    for lookalike in lookalikes(seed):
        assert not listed & set(re.findall(r"\w+", lookalike.text.lower())), lookalike


def test_other_scripts_are_many():
    names = {
        unicodedata.name(letter).split()[0]
        for lookalike in lookalikes(0)
        for letter in lookalike.text
        if lookalike.kind == "other_script" and letter.isalpha()
    }
    assert len(names) >= 12
