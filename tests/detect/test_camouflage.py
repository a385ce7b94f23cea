"""Disguised words are found where they stand, with the plain word; what only looks like one is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.content import FactEvidence, Item, Span
from comity.content.normalise import canonical
from comity.detect import Abstained, Signals
from comity.detect.camouflage import CRITERION, PLAIN_WORD, Camouflage
from comity.detect.decoder import LONGEST, packaged
from comity.detect.disguise import disguises
from comity.taxonomy import CATEGORIES

DISGUISED = [
    ("you are an id.iot", "id.iot", "idiot"),
    ("you are an 1d1ot", "1d1ot", "idiot"),
    ("you are an i-d-i-o-t", "i-d-i-o-t", "idiot"),
    ("what an i d i o t he is", "i d i o t", "idiot"),
    ("what an id- io. t he is", "id- io. t", "idiot"),
    ("you are an i***t", "i***t", "idiot"),
    ("you are an toidi", "toidi", "idiot"),
    ("you are an idoit", "idoit", "idiot"),
    ("such a m👏o👏r👏o👏n", "m👏o👏r👏o👏n", "moron"),
    ("such a m*r*n", "m*r*n", "moron"),
    ("such a lo$er", "lo$er", "loser"),
    ("go away, st00pid", "st00pid", "stupid"),
    ("you id\u200bi\u200bot", "id\u200bi\u200bot", "idiot"),
    ("you ｉｄｉｏｔ", "ｉｄｉｏｔ", "idiot"),
    ("you iԁiоt", "iԁiоt", "idiot"),
    ("they |-|473 us", "|-|473", "hate"),
    ("k1ll them", "k1ll", "kill"),
    ("do it y0urs3lf", "y0urs3lf", "yourself"),
]

HARMLESS = [
    "Meet me at 10am, bring 3 apples and 2.5 kg of flour.",
    "See https://www.example.org/how-to-prune-roses?id=4f3a or write to sam@example.org",
    "@gr33n_f1ngers are you coming?",
    "take the A55, then the M62 to Leeds",
    "sha1 4c99900e742858542dc38958f061d0f9fe027a03",
    "The mp3 of the B2B talk uses h264.",
    "Наш поезд приходит в семь часов.",
    "החתול שלנו ישן על הספה.",
    "The Russian word for bread is хлеб, and for tea чай.",
    "A well-known co-op sells e-mail stamps and/or x-ray film.",
    "* * *",
    ":-) <3 ^_^",
    "Priya's and Wei's dog isn't here.",
    "",
]


def found(text):
    return disguises(text, canonical(text), least=0.15)


@pytest.mark.parametrize(("text", "written", "plain"), DISGUISED)
def test_a_disguised_word_is_found_where_it_stands(text, written, plain):
    assert (written, plain) in [(text[one.start : one.end], one.plain) for one in found(text)]


@pytest.mark.parametrize("text", HARMLESS)
def test_names_codes_numbers_and_other_languages_stay(text):
    assert found(text) == []


def test_letters_apart_are_read_as_several_words():
    [one] = found("just k i l l y o u r s e l f")
    assert one.plain == "kill yourself"


def test_a_signal_shows_the_span_and_then_the_plain_word():
    [outcome] = Camouflage().detect([Item.text("you are an id.iot")])
    [signal] = outcome.signals
    assert signal.criterion == CRITERION
    assert signal.evidence == (Span("text", 11, 17), FactEvidence(PLAIN_WORD, "idiot"))
    assert 0.15 <= signal.score <= 1


def test_a_plain_text_has_no_signal_and_is_judged():
    assert Camouflage().detect([Item.text("see you tomorrow")]) == [Signals(judged=frozenset({CRITERION}))]


def test_a_text_said_to_be_in_another_language_is_not_judged():
    [outcome] = Camouflage().detect([Item.text("id.iot", lang="de")])
    assert isinstance(outcome, Abstained)


def test_at_most_twenty_disguises_are_shown():
    text = " ".join(f"{word}.{word[::-1]}.id.iot" for word in ("k1ll", "m0r0n")) + " id.iot" * 60
    [outcome] = Camouflage().detect([Item.text(text)])
    assert len(outcome.signals[0].evidence) == 2 * 20


def test_the_criterion_is_a_category():
    assert CRITERION in CATEGORIES


def test_a_listed_word_is_likelier_than_a_common_one():
    """People hide insults, not words of grammar."""
    assert packaged().read("s**t")[0].text == "shit"


def test_nothing_is_read_in_a_piece_longer_than_any_word():
    assert packaged().read("i" * (LONGEST + 1)) == []


_SIGNS = st.text(alphabet="idotkl1!|/\\_-*.()@$ 👏еԁ乇\u200b\u0301'\n", max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), _SIGNS))
def test_any_text_is_read_and_spans_are_ordered_inside_it(text):
    before = 0
    for one in found(text):
        assert before <= one.start < one.end <= len(text)
        assert one.plain == one.plain.lower().strip() != ""
        assert 0.15 <= one.score <= 1
        before = one.end


@pytest.mark.parametrize(("text", "written", "plain"), DISGUISED)
def test_a_text_around_hides_no_disguise(text, written, plain):
    whole = f"See you there, 10am.\n{text}\nNobody from Tampere answered."
    assert (written, plain) in [(whole[one.start : one.end], one.plain) for one in found(whole)]


@pytest.mark.parametrize(("text", "written", "plain"), DISGUISED)
def test_the_plain_word_itself_is_no_disguise(text, written, plain):
    assert all(one.plain != plain for one in found(text.replace(written, plain)))


@pytest.mark.parametrize("junk", ["|/\\_-()", "aeiou*", "ᗩ乇*|(", "a b c d "])
def test_work_does_not_grow_with_a_hostile_text(junk, monkeypatch):
    """Counted in code points given to the decoder: a text ten times as long costs no more."""
    decoder = packaged()
    given_to_it = []

    def counted(piece, *, several=False, most=2):
        given_to_it.append(len(piece))
        return []

    monkeypatch.setattr(decoder, "read", counted)
    pieces = [f"{junk[: 2 + n % 6]}{n:x}z" for n in range(4_000)]
    found(" ".join(pieces))
    assert sum(given_to_it) <= 2_000
