from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item, Part, Span
from comity.detect import Abstained, Detector, Signals
from comity.detect.pattern import Patterns, check_pattern
from comity.errors import InputError


def found(text: str, *patterns: str) -> list[str]:
    (outcome,) = Patterns("r", patterns).detect([Item.text(text)])
    assert isinstance(outcome, Signals)
    return [
        text[span.start : span.end]
        for signal in outcome.signals
        for span in signal.evidence
        if isinstance(span, Span)
    ]


@pytest.mark.parametrize(
    ("text", "pattern", "evidence"),
    [
        ("call 555-0100 or 555-0199", r"\d{3}-\d{4}", ["555-0100", "555-0199"]),
        ("Buy NOW", "(?i)buy now", ["Buy NOW"]),
        ("Buy NOW", "buy now", []),
        ("ｂｕｙ  \u200bnow", "buy now", ["ｂｕｙ  \u200bnow"]),
        ("b&#117;y", "buy", ["b&#117;y"]),
        ("今すぐ購入", r"\p{Han}+", ["今", "購入"]),
    ],
)
def test_a_pattern_is_searched_in_what_a_reader_sees(text: str, pattern: str, evidence: list[str]) -> None:
    assert found(text, pattern) == evidence


def test_places_are_given_once_and_in_order() -> None:
    assert found("two one", "one", "two", "o?ne") == ["two", "one"]


def test_patterns_are_exhaustive() -> None:
    detector = Patterns("phones", [r"\d{3}-\d{4}"])
    assert isinstance(detector, Detector)
    assert detector.detect([Item.text("no number")]) == [Signals((), frozenset({"patterns:phones"}))]


def test_an_item_without_text_is_not_judged() -> None:
    item = Item("1", (Part("photo", "image", b"pixels"),))
    assert Patterns("r", ["x"]).detect([item]) == [Abstained("the item has no text")]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(a", "missing )"),
        ("(?=a)", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("a{2000}", "invalid repetition size"),
        ("", "empty"),
        ("a*", "matches even an empty text"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said(pattern: str, problem: str) -> None:
    assert problem in (check_pattern(pattern) or "")
    with pytest.raises(InputError, match="is no valid pattern"):
        Patterns("r", [pattern])


def test_nothing_is_wrong_with_a_valid_pattern() -> None:
    assert check_pattern(r"(?i)\bwalnuts?\b") is None


def test_a_pattern_that_would_explode_elsewhere_takes_linear_time() -> None:
    assert found("a" * 50_000, "(a+)+b") == []


@given(st.text(st.characters(exclude_categories=[])))
def test_evidence_lies_inside_the_text(text: str) -> None:
    (outcome,) = Patterns("r", [r"\S+", "."]).detect([Item.text(text)])
    assert isinstance(outcome, Signals)
    for signal in outcome.signals:
        for span in signal.evidence:
            assert isinstance(span, Span)
            assert 0 <= span.start < span.end <= len(text)
