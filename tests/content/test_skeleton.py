from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.content import Part, skeleton_of
from comity.content.skeleton import skeleton

from .texts import any_text

separated = st.text(st.sampled_from("aAbs0134@$!+|&;.- *·_\n"))


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("IDIOT", "idiot"),
        ("ÍDÏÖT straße łódź", "idiot strasse lodz"),
        ("h4te 1diot id10t m0r0n stup1d", "hate idiot idiot moron stupid"),
        ("@ss $h1t a$$ d!rty", "ass shit ass dirty"),
        ("i.d.i.o.t", "idiot"),
        ("i d i o t", "idiot"),
        ("i-d-i-o-t!", "idiot!"),
        ("you I  D  I  O  T", "you idiot"),
        ("m.0.r.0.n", "moron"),
        ("idiooooot", "idiot"),
        ("i\u200bd\u200bi\u200bo\u200bt", "idiot"),
        ("i d і о t", "idiot"),
        ("🇮🇩🇮🇴🇹", "idiot"),
        ("Привет", "привет"),
        ("مـرحـبـا", "مرحبا"),
        ("شَرّ", "شر"),
    ],
)
def test_what_hides_a_word_is_undone(written: str, matched: str) -> None:
    assert skeleton(written).text == matched


@pytest.mark.parametrize(
    "text",
    [
        "mp3 h264 b2b 4k 5g ps5 a55 covid-19 gpt4",
        "10am 3pm 4th 1st 5kg 100m 12h30",
        "$5 $1,000 1.500 3.14 v1.2.3 192.168.0.1",
        "c++ a+b 1+1",
        "good book, keep off",
        "e.g. p.m. i.e.",
        "wow! really?",
        "привет мир",
        "草泥马",
    ],
)
def test_what_hides_nothing_stays(text: str) -> None:
    assert skeleton(text).text == text


def test_a_range_maps_back_to_the_disguise() -> None:
    written = "You  i.d.1.o.t, go"
    view = skeleton(written)
    start = view.text.index("idiot")
    assert written[slice(*view.original(start, start + 5))] == "i.d.1.o.t"


def test_a_stretched_letter_maps_back_to_the_whole_stretch() -> None:
    view = skeleton("nooooo")
    assert (view.text, view.original(1, 2)) == ("no", (1, 6))


def test_a_part_is_made_a_skeleton_once() -> None:
    part = Part("text", "text", "H4te")
    assert skeleton_of(part) is skeleton_of(part)


@given(any_text | separated)
@example("&a.m.p;")
@example("aaa.bbb.ccc-ddd-eee")
@example("a@@@@1")
def test_twice_is_the_same_as_once(text: str) -> None:
    once = skeleton(text).text
    assert skeleton(once).text == once


@given(any_text | separated)
def test_offsets_lie_inside_the_original_and_never_go_back(text: str) -> None:
    view = skeleton(text)
    ranges = [view.original(i, i + 1) for i in range(len(view.text))]
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)


@pytest.mark.parametrize("unit", ["@", "a@", "a1@", "a.", "a.b-", "aaa.", "1a", "a!", "ab+", "ß", "草 泥 "])
def test_a_long_hostile_text_is_read_to_its_end(unit: str) -> None:
    view = skeleton("x" + unit * (20_000 // len(unit)))
    assert skeleton(view.text).text == view.text
