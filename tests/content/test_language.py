from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import identify
from comity.content.language import UNKNOWN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Could someone tell me when to prune an old apple tree?", "en"),
        ("Ich habe gestern im Garten gearbeitet und bin sehr müde", "de"),
        ("No sé qué pensar de este vecino, siempre se queja de todo", "es"),
        ("Je ne comprends pas pourquoi il parle toujours si fort", "fr"),
        ("Вчера мы весь день работали в саду", "ru"),
        ("अगले सप्ताह हम बगीचे में काम करेंगे", "hi"),
        ("안녕", "ko"),
        ("庭の木を切りました", "ja"),
        ("今天天气很好", "zh"),
        ("สวัสดี", "th"),
        ("שלום לכולם", "he"),
        ("καλημέρα", "el"),
        ("வணக்கம்", "ta"),
        ("مرحبا كيف حالكم اليوم في الحديقة", "ar"),
    ],
)
def test_a_plain_sentence_has_its_language(text: str, code: str) -> None:
    assert identify(text).code == code


@pytest.mark.parametrize(
    "text", ["", "ok", "lol gg", "12:30", "😂😂😂", "https://example.com/die/das", "@hans #wunderbar"]
)
def test_what_is_too_short_is_unknown(text: str) -> None:
    assert identify(text).code is None


def test_links_and_mentions_are_not_read() -> None:
    german = "Das ist wirklich ein sehr schöner Garten"
    assert identify(f"@the_friendly_neighbour {german} https://example.com/what/a/lovely/garden").code == "de"


def test_a_text_without_letters_has_probability_0() -> None:
    assert identify("!!! 123") == UNKNOWN


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_has_a_probability(text: str) -> None:
    assert 0.0 <= identify(text).probability <= 1.0
