from __future__ import annotations

import pytest
from hypothesis import example, given

from comity.content import Part, canonical_of
from comity.content.normalise import canonical
from comity.errors import InputError

from .texts import any_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Prune in late winter.", "Prune in late winter."),
        ("fish &amp; chips &lt;3", "fish & chips <3"),
        ("&amp;amp;amp;lt;", "<"),
        ("R&D and AT&T; fine&nothing;", "R&D and AT&T; fine&nothing;"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("𝓼𝓬𝓻𝓲𝓹𝓽 ⓒⓘⓡⓒⓛⓔ 🅂🅀 🅱🅾🆇", "script circle SQ BOX"),
        ("sᴍᴀʟʟ ᴄᴀᴘs", "small caps"),
        ("un\u200bseen\u2060 \u202ereversed\u202c so\xadft", "unseen reversed soft"),
        ("tagged\U000e0041\U000e0042", "tagged"),
        ("nul \x00 and half a pair \ud83d", "nul \ufffd and half a pair \ufffd"),
        ("bell \x07rings", "bell rings"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a   b\u00a0\u3000c", "a b c"),
        ("a\tb", "a\tb"),
        ("a \n \n\n b", "a\n\nb"),
        ("q" + "\u0334\u0321\u0316\u0300\u0301\u0302" * 9, "q"),
        ("s̶t̶r̶u̶c̶k̶", "struck"),
        ("cafe\u0301", "café"),
    ],
)
def test_it_reads_as_a_person_would(written: str, read: str) -> None:
    assert canonical(written).text == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("рауpаl", "paypal"),
        ("an іdіоt", "an idiot"),
        ("you аss", "you ass"),
        ("an old соре", "an old cope"),
    ],
)
def test_look_alikes_among_latin_letters_become_latin(written: str, read: str) -> None:
    assert canonical(written).text == read


@pytest.mark.parametrize(
    "text",
    [
        "Привет, как дела?",
        "сосна и сок",
        "мiсто i село",
        "Она купила iPhone и сок",
        "Καλημέρα κόσμε",
        "α = 0.05, p < 0.01",
        "kız ve ışık",
        "می‌خواهم",
        "क्‍ष",
        "ㅋㅋㅋ 안녕",
        "don´t",
        "👩‍🚀 👨‍👩‍👧 🇩🇪🇬🇧",
        "ﷺ",
        "שָׁלוֹם",
        "việt nam",
        "x\t= 'a&b'\ny",
    ],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert canonical(text).text == text


def test_regional_letters_that_make_no_flags_spell_a_word() -> None:
    assert canonical("🇫🇴🇴🇱").text == "FOOL"


def test_a_range_maps_back_to_all_that_it_was_made_from() -> None:
    written = "so &lt;b&gt; i\u200bd\u200bi\u200bo\u200bt ﬁn"
    view = canonical(written)
    for part, original in [("<b>", "&lt;b&gt;"), ("idiot", "i\u200bd\u200bi\u200bo\u200bt"), ("fi", "ﬁ")]:
        start = view.text.index(part)
        assert written[slice(*view.original(start, start + len(part)))] == original


def test_an_empty_range_maps_to_an_empty_range() -> None:
    view = canonical("a  b")
    assert [view.original(i, i) for i in range(4)] == [(0, 0), (1, 1), (3, 3), (4, 4)]


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (2, 1), (0, 4)])
def test_a_range_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(InputError, match="is no range of a text of 3"):
        canonical("abc").original(start, end)


def test_a_part_is_normalised_once() -> None:
    part = Part("text", "text", "a  b")
    assert canonical_of(part) is canonical_of(part)


@given(any_text)
@example("&a&#109;p;lt;")
@example("&" * 3 + "amp;" * 3 + "lt;")
@example("&#" + "&#4" * 20 + "9;" * 20)
def test_twice_is_the_same_as_once(text: str) -> None:
    once = canonical(text).text
    assert canonical(once).text == once


@given(any_text)
def test_offsets_lie_inside_the_original_and_never_go_back(text: str) -> None:
    view = canonical(text)
    ranges = [view.original(i, i + 1) for i in range(len(view.text))]
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)
    assert sorted(end for _, end in ranges) == [end for _, end in ranges]


@given(any_text)
def test_the_result_can_be_encoded_and_holds_no_invisible_character(text: str) -> None:
    seen = canonical(text).text
    seen.encode("utf-8")
    assert not set(seen) & set("\x00\x07\u200b\u202e\ufeff\U000e0041")


@pytest.mark.parametrize(
    "unit",
    ["&amp;", "amp;", "&#4", "\u0301\u0316", "a\u200b", "👩\u200d", "ﷺ", "аb ", " \n", "\ud800", "🇦", "ｶﾞ"],
)
def test_a_long_hostile_text_is_read_to_its_end(unit: str) -> None:
    text = "&" + unit * (20_000 // len(unit))
    view = canonical(text)
    assert canonical(view.text).text == view.text
    assert len(view.text) <= 4 * len(text)
