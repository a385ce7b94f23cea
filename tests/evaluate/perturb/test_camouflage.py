"""How words are hidden."""

from __future__ import annotations

import re
import unicodedata
from random import Random

import pytest

from comity.content.characters import INVISIBLE
from comity.content.confusables import latin_look
from comity.evaluate.perturb import between, emoji, homoglyphs, inversion, perturb, spelling
from comity.evaluate.perturb.leet import LEVELS, leet

WORDS = ["idiot", "Pathetic", "LOSER", "garbage", "moderator", "clown", "disgusting", "vaccines"]


def drawn(disguise, words=WORDS, seeds=range(20)):
    return [(word, disguise(word, Random(seed))) for word in words for seed in seeds]


def test_each_level_of_leet_leaves_fewer_letters_than_the_one_below():
    kept = [
        sum(letter in word for word, made in drawn(leet(level)) for letter in made if letter.isalpha())
        for level in LEVELS
    ]
    assert kept == sorted(kept, reverse=True)
    assert len(set(kept)) == len(LEVELS)


def test_the_first_level_of_leet_is_digits_in_the_place_of_letters():
    for word, made in drawn(leet(1)):
        assert len(made) == len(word)
        assert re.fullmatch("[A-Za-z0-9]+", made)


def test_pictures_of_letters_take_more_than_one_sign():
    assert all(len(made) > len(word) for word, made in drawn(leet(3)))


@pytest.mark.parametrize(
    ("disguise", "word", "expected"),
    [
        (between.separator(" "), "idiot", "i d i o t"),
        (between.separator("-"), "cafe\u0301s", "c-a-f-e\u0301-s"),
        (inversion.backwards, "idiot", "toidi"),
        (inversion.backwards, "e\u0301te", "ete\u0301"),
        (inversion.syllables_swapped, "idiot", "dioti"),
        (inversion.syllables_swapped, "clown", "owncl"),
        (inversion.syllables_swapped, "hmm", "hmm"),
        (spelling.phonetic, "phone", "fone"),
        (spelling.phonetic, "TRASH", "TRASCH"),
        (spelling.phonetic, "дурак", "дурак"),
        (spelling.masked_vowels, "idiot", "*d**t"),
        (spelling.masked_vowels, "дурак", "д*р*к"),
        (spelling.masked_inside, "idiot", "i***t"),
        (spelling.masked_inside, "so", "so"),
    ],
)
def test_a_word_is_written_as_the_method_says(disguise, word, expected):
    assert disguise(word, Random(0)) == expected


def test_mixed_separators_differ_from_gap_to_gap_and_leave_some_out():
    separators = [re.findall(r"[^\w]+", made) for _, made in drawn(between.mixed_separators, ["moderator"])]
    assert any(len(set(found)) > 2 for found in separators)
    assert all(0 < len(found) < len("moderator") - 1 for found in separators)


def test_without_the_characters_of_no_width_the_word_is_as_it_was():
    for word, made in drawn(between.zero_width):
        assert made != word
        assert re.sub(f"[{INVISIBLE}\u200c\u200d]", "", made) == word


def test_marks_stand_on_the_letters_and_never_more_than_three_on_one():
    for word, made in drawn(between.marked):
        assert "".join(char for char in made if not unicodedata.category(char).startswith("M")) == word
        assert not re.search("[^A-Za-z]{4}", made)


def test_emoji_stand_at_every_gap():
    for word, made in drawn(between.emoji_between):
        assert re.sub(r"[^A-Za-z]", "", made) == word
        assert not re.search("[A-Za-z]{2}", made)


def test_a_stretched_letter_stands_three_to_six_times():
    for word, made in drawn(spelling.stretched, ["idiot"]):
        assert re.sub(r"(.)\1+", r"\1", made) == word
        assert {len(run[0]) for run in re.finditer(r"(.)\1*", made)} <= {1, 3, 4, 5, 6}


def test_letters_of_the_table_and_styled_ones_look_like_the_word():
    for disguise in (homoglyphs.from_table, homoglyphs.styled):
        assert all(made != word and latin_look(made) == word for word, made in drawn(disguise))


def test_a_word_of_foreign_letters_is_of_one_script():
    for _, made in drawn(homoglyphs.foreign):
        scripts = {unicodedata.name(letter).split()[0] for letter in made} - {"LATIN"}
        assert scripts in ({"CYRILLIC"}, {"GREEK"})


def test_our_own_look_alikes_are_not_those_that_the_normaliser_knows():
    own = {
        (letter, alike)
        for table in (homoglyphs.CYRILLIC, homoglyphs.GREEK)
        for letter, alikes in table.items()
        for alike in alikes
    }
    unknown = {(letter, alike) for letter, alike in own if latin_look(alike) != letter}
    assert len(unknown) > len(own) / 3


def test_enclosed_letters_still_name_their_letter():
    for word, made in drawn(emoji.enclosed):
        named = [
            unicodedata.name(char).rsplit(maxsplit=1)[-1] for char in made if char not in " \u200b\u200c"
        ]
        assert "".join(named) == word.upper()


def test_regional_indicators_never_join_to_a_flag():
    assert not any(re.search("[\U0001f1e6-\U0001f1ff]{2}", made) for _, made in drawn(emoji.enclosed))


def test_pictures_take_the_place_of_most_letters():
    for word, made in drawn(emoji.pictured):
        assert 0 < len(re.findall("[A-Za-z]", made)) < len(word)


def test_all_words_of_a_text_are_hidden_by_the_same_mixture():
    [perturbed] = perturb(["idiot and idiot and idiot"], "mixed", 4, ("idiot",))
    assert len(perturbed.spans) == 3
    dotted = ["." in perturbed.text[start:end] for start, end, _ in perturbed.spans]
    assert len(set(dotted)) == 1


def test_mixtures_are_of_many_kinds():
    texts = [perturbed.text for seed in range(30) for perturbed in perturb(["you idiot"], "mixed", seed)]
    assert len(set(texts)) > 20
