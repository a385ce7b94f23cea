"""Texts of every kind, for properties that must hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = [
    "&amp;",
    "&",
    "amp;",
    "lt;",
    "#x200b;",
    "&#x301;",
    "&#38;",
    "#49;",
    "&#1",
    "&#0;",
    "&#xd800;",
    "＆",
    "；",
    "а",
    "mp;",
]
CHARACTERS = list(
    "aAsi15@&;# \t\n\rкцсоΑαß\u0301\u0336\u200b\u200c\u200d\ufe0fİ👩❤🇩🇪🄰ﬁ①ﷺㅋ각\uff9e\u1160\u2028\x00\udfff´ʜم\u064b"
)
any_text = st.one_of(
    st.text(st.characters(exclude_categories=[])),
    st.text(st.sampled_from(CHARACTERS)),
    st.lists(st.sampled_from(FRAGMENTS)).map("".join),
)
