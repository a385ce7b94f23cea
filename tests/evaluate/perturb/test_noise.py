"""What haste, keyboards and clients do to a text."""

from __future__ import annotations

import re
from random import Random

import pytest

from comity.evaluate.perturb import case, disguised_words, perturb, transliteration, typos
from comity.evaluate.perturb.frames import FRAMES
from tests.evaluate.perturb.sentences import SENTENCES

MANY = range(30)


@pytest.mark.parametrize(
    ("slip", "length"),
    [(typos.swapped, 0), (typos.dropped, -1), (typos.doubled, 1), (typos.neighbour_key, 0)],
)
def test_a_slip_changes_one_place_of_a_word(slip, length):
    for seed in MANY:
        made = slip("Kettle", Random(seed))
        assert made != "Kettle"
        assert len(made) == len("Kettle") + length


def test_letters_swap_only_with_other_letters():
    assert {typos.swapped("aab", Random(seed)) for seed in MANY} == {"aba"}


def test_the_first_letter_is_never_dropped():
    assert {typos.dropped("tea", Random(seed)) for seed in MANY} == {"ta", "te"}


def test_a_missed_key_is_one_that_touches():
    assert {typos.neighbour_key("g", Random(seed)) for seed in range(200)} == set("fhtyvb")
    assert {typos.neighbour_key("P", Random(seed)) for seed in MANY} == {"O", "L"}


def test_a_shifted_hand_misses_every_key_of_a_word_in_the_same_direction():
    assert {typos.hand_shifted("kettle", Random(seed)) for seed in MANY} == {"lryy;r", "jwrrkw"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [(case.upper, "DON'T"), (case.lower, "don't"), (case.alternating, "dOn't")],
)
def test_case_changes_by_the_word(change, expected):
    assert change("Don't", Random(0)) == expected


def test_random_case_never_leaves_a_word_as_it_was():
    assert {case.at_random("Tea", Random(seed)).lower() for seed in MANY} == {"tea"}
    assert all(case.at_random("Tea", Random(seed)) != "Tea" for seed in MANY)


@pytest.mark.parametrize(
    ("word", "write", "expected"),
    [
        ("shoes", transliteration.cyrillic, "шоес"),
        ("Garden", transliteration.cyrillic, "Гарден"),
        ("щука", transliteration.cyrillic, "shchuka"),
        ("ЩИ", transliteration.cyrillic, "SHCHI"),
        ("thesis", transliteration.greek, "θεσις"),
        ("καφές", transliteration.greek, "kafes"),
        ("茶", transliteration.greek, "茶"),
    ],
)
def test_a_word_is_written_by_sound_in_the_other_alphabet(word, write, expected):
    assert write(word, Random(0)) == expected


def test_words_that_run_together_are_one_change():
    for seed in MANY:
        [perturbed] = perturb(["tea or coffee"], "whitespace-joined", seed)
        assert perturbed.text in ("teaor coffee", "tea orcoffee")
        [(joined, original)] = disguised_words(perturbed)
        assert original.replace(" ", "") == joined


@pytest.mark.parametrize(
    ("name", "gap"), [("whitespace-doubled", " "), ("whitespace-newlines", "\n"), ("whitespace-tabs", "\t")]
)
def test_changed_gaps_leave_the_words_alone(name, gap):
    for text, perturbed in zip(SENTENCES, perturb(SENTENCES, name, 0), strict=True):
        assert perturbed.text.split() == text.split()
        assert all(set(now) == {gap} and before == " " for now, before in disguised_words(perturbed))


def test_punctuation_noise_leaves_the_letters_alone():
    for text, perturbed in zip(SENTENCES, perturb(SENTENCES, "punctuation-noise", 0), strict=True):
        assert re.findall(r"\w+", perturbed.text) == re.findall(r"\w+", text)


def test_a_frame_keeps_the_whole_text():
    for text, perturbed in zip(SENTENCES, perturb(SENTENCES, "paraphrase-frame", 0), strict=True):
        assert text in perturbed.text
        assert disguised_words(perturbed) == [(perturbed.text, text)]


def test_braces_in_a_text_are_no_slots():
    [perturbed] = perturb(["a {} b"], "paraphrase-frame", 0)
    assert perturbed.text.count("a {} b") == 1


def test_there_are_thirty_frames_at_least_each_with_one_place_for_the_text():
    assert len(set(FRAMES)) >= 30
    assert all(frame.count("{}") == 1 for frame in FRAMES)


def test_no_frame_puts_the_text_into_quotation_marks_or_another_mouth():
    other_mouths = re.compile(r"[\"'“”«»`]|\b(he|she|they|someone|people|quote\w*|joke|kidding|not)\b")
    assert not any(other_mouths.search(frame) for frame in FRAMES)
