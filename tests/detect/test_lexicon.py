from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item, Part, Span
from comity.detect import Abstained, Detector, Signals
from comity.detect.lexicon import Entry, Lexicon, packaged
from comity.errors import InputError
from comity.taxonomy import CATEGORIES, Severity


def found(lexicon: Lexicon, text: str, lang: str | None = None) -> list[str]:
    """The places in `text` that the lexicon points at."""
    (outcome,) = lexicon.detect([Item.text(text, lang=lang)])
    signals = outcome.signals if isinstance(outcome, Signals) else ()
    return [
        text[span.start : span.end]
        for signal in signals
        for span in signal.evidence
        if isinstance(span, Span)
    ]


def rule(*terms: str) -> Lexicon:
    return Lexicon.for_rule("no-walnuts", terms)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("You absolute walnut, learn to prune.", ["walnut"]),
        ("WALNUT! Wàlnut", ["WALNUT", "Wàlnut"]),
        ("w4lnut", ["w4lnut"]),
        ("w.a.l.n.u.t", ["w.a.l.n.u.t"]),
        ("what a waaaaalnut", ["waaaaalnut"]),
        ("wal\u200bnut", ["wal\u200bnut"]),
        ("wаlnut", ["wаlnut"]),
        ("a &#119;alnut", ["&#119;alnut"]),
        ("you_walnut_you", ["walnut"]),
        ("walnuts", []),
        ("blackwalnut", []),
    ],
)
def test_a_disguised_word_is_found_where_it_stands(text: str, evidence: list[str]) -> None:
    assert found(rule("walnut"), text) == evidence


@pytest.mark.parametrize(
    ("terms", "text", "evidence"),
    [
        (("walnut*",), "walnuts and walnutty", ["walnuts", "walnutty"]),
        (("walnut*",), "a black-walnut", ["walnut"]),
        (("total walnut",), "a Total  Walnut", ["Total  Walnut"]),
        (("walnut", "total walnut"), "total walnut", ["total walnut"]),
        (("goose",), "goooose", ["goooose"]),
        (("goose",), "gose", []),
        (("xxx",), "x xx xxx xxxx", ["xxx", "xxxx"]),
        (("傻瓜",), "你是傻瓜吗", ["傻瓜"]),
        (("바보",), "너는 바보야", ["바보"]),
        (("바보",), "울바보", []),
        (("дурак",), "Ты ДУРАК!", ["ДУРАК"]),
        (("c3po",), "c3po", ["c3po"]),
    ],
)
def test_terms_match_as_their_script_and_form_want(
    terms: tuple[str, ...], text: str, evidence: list[str]
) -> None:
    assert found(rule(*terms), text) == evidence


def test_a_rules_words_are_exhaustive() -> None:
    (hit, clean) = rule("walnut").detect([Item.text("walnut"), Item.text("hazel")])
    assert isinstance(hit, Signals)
    assert [(signal.criterion, signal.score) for signal in hit.signals] == [("terms:no-walnuts", 1.0)]
    assert clean == Signals((), frozenset({"terms:no-walnuts"}))


def test_a_rule_without_words_finds_nothing() -> None:
    assert rule().detect([Item.text("walnut")]) == [Signals((), frozenset({"terms:no-walnuts"}))]


@pytest.mark.parametrize("term", ["", "*", "...", "\u200b"])
def test_a_term_that_could_not_match_is_refused(term: str) -> None:
    with pytest.raises(InputError, match="no letter or digit"):
        rule(term)


def test_an_allowed_phrase_clears_the_words_inside_it() -> None:
    lexicon = Lexicon([Entry("dick", "profanity", Severity.MINOR, "en", 0.6)], allow=["moby dick"])
    assert found(lexicon, "I read Moby Dick, you dick") == ["dick"]


@pytest.mark.parametrize(
    ("lang", "evidence"),
    [(None, ["fool", "ass"]), ("en", ["fool", "ass"]), ("en-GB", ["fool", "ass"]), ("de", ["ass", "depp"])],
)
def test_an_entry_applies_in_its_language(lang: str | None, evidence: list[str]) -> None:
    lexicon = Lexicon(
        [
            Entry("fool", "insult", Severity.MINOR, "en", 0.6),
            Entry("depp", "insult", Severity.MINOR, "de", 0.6),
            Entry("ass", "insult", Severity.MINOR, "*", 0.6),
        ]
    )
    assert found(lexicon, "fool ass depp", lang) == evidence


def test_a_signal_takes_the_gravest_word_and_shows_all() -> None:
    lexicon = Lexicon(
        [
            Entry("walnut", "insult", Severity.MINOR, "*", 0.6),
            Entry("weevil", "insult", Severity.MODERATE, "*", 0.7),
        ]
    )
    (outcome,) = lexicon.detect([Item("1", (Part("a", "text", "walnut"), Part("b", "text", "weevil")))])
    assert isinstance(outcome, Signals)
    (signal,) = outcome.signals
    assert (signal.severity, signal.score) == (Severity.MODERATE, 0.7)
    assert signal.evidence == (Span("a", 0, 6), Span("b", 0, 6))
    assert signal.detector.startswith("lexicon.v1@")
    assert outcome.judged == frozenset()


def test_a_list_cannot_clear_a_text() -> None:
    (outcome,) = packaged().detect([Item.text("A lovely day on the allotment.")])
    assert isinstance(outcome, Abstained)
    assert "cannot clear" in outcome.reason


def test_an_item_without_text_is_not_judged() -> None:
    (outcome,) = rule("walnut").detect([Item("1", (Part("photo", "image", b"pixels"),))])
    assert outcome == Abstained("the item has no text")


@pytest.mark.parametrize(
    "text",
    [
        "The football club of Scunthorpe drew with Arsenal.",
        "She read Dickens in the cockpit while an assassin hid in the classics bassinet.",
        "Moby Dick and Dick Van Dyke",
        "A pair of blue tits in the pussy willow",
        "a chink in the armour, all spic and span",
        "Niger is a river and a country. I am as tall as the grass.",
        "I hoe my bed, wear a bow and chat with Peter about weeds.",
        "Shiitake mushrooms, sheets of paper, a duck, a fork and a finger",
        "The Samsung A55, the Galaxy S5, model B1T, h264 and SH17",
        "Massachusetts, Essex, Middlesex, Cumbria, Penistone, Lightwater",
        "def assert_class(passed): return passed & mask",
        "Mutter sagt, er ist dick geworden",
    ],
)
def test_the_packaged_list_leaves_harmless_text_alone(text: str) -> None:
    assert found(packaged(), text, "de" if text.startswith("Mutter") else "en") == []


@pytest.mark.parametrize(
    ("text", "lang", "criterion"),
    [
        ("You idiooooot", None, "insult"),
        ("what a load of bull$h1t", None, "profanity"),
        ("du Arschloch", "de", "profanity"),
        ("merde alors", "fr", "profanity"),
        ("kurwa", "pl", "profanity"),
        ("他妈的", "zh", "profanity"),
    ],
)
def test_the_packaged_list_finds_plain_and_disguised_words(
    text: str, lang: str | None, criterion: str
) -> None:
    (outcome,) = packaged().detect([Item.text(text, lang=lang)])
    assert isinstance(outcome, Signals)
    assert [signal.criterion for signal in outcome.signals] == [criterion]


def test_the_packaged_list_is_a_detector_of_known_categories() -> None:
    assert isinstance(packaged(), Detector)
    assert packaged().name == "lexicon.v1"
    assert packaged().criteria <= set(CATEGORIES)


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_a_file_of_your_own(tmp_path: Path, delimiter: str) -> None:
    rows = ["# fruit", "term,criterion,severity,lang", "walnut*,insult,2,en", "", "walnut cake,allow,,*"]
    path = tmp_path / "words.txt"
    path.write_text("\n".join(rows).replace(",", delimiter), encoding="utf-8")
    lexicon = Lexicon.from_file(path)
    assert found(lexicon, "Walnut cake, you walnuts") == ["walnuts"]


def test_every_wrong_row_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text(
        "term,criterion,severity,lang\nfine,insult,1,en\nwalnut,rudeness,1,en\nfig,insult,9,en\n..,insult,1,en\n"
        "plum,insult,1,english\nonly-a-term\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as raised:
        Lexicon.from_file(path)
    assert str(raised.value) == (
        "error[I001]: 5 rows are wrong: line 3: `rudeness` is neither a category nor `allow`; line 4: severity `9` is "
        "not 1, 2, 3; line 5: the term has no letter or digit; line 6: `english` is neither a language code nor `*`; "
        "line 7: 1 columns instead of 4 (words.csv). Correct or remove them."
    )


def test_a_file_without_its_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("walnut,insult,1,en\n", encoding="utf-8")
    with pytest.raises(InputError, match="must name its columns"):
        Lexicon.from_file(path)


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Lexicon.from_file(tmp_path / "nowhere.tsv")


@given(st.text(st.characters(exclude_categories=[])), st.text(st.sampled_from("a wlnut.1")))
def test_evidence_lies_inside_the_text(before: str, after: str) -> None:
    text = f"{before} walnut {after}"
    (outcome,) = rule("walnut", "nut*").detect([Item.text(text)])
    assert isinstance(outcome, Signals)
    for signal in outcome.signals:
        for span in signal.evidence:
            assert isinstance(span, Span)
            assert 0 <= span.start < span.end <= len(text)
