"""Evidence is marked where it is, and the text stays the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.serve.page.marks import Segment, segments

SPANS = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30), st.integers(1, 4)), max_size=6)


@given(st.text(max_size=25), SPANS)
def test_the_segments_joined_are_the_text(text, spans):
    assert "".join(segment.text for segment in segments(text, spans)) == text


@given(st.text(min_size=1, max_size=25), SPANS)
def test_a_character_is_marked_by_exactly_the_spans_that_hold_it(text, spans):
    position = 0
    for segment in segments(text, spans):
        for at in range(position, position + len(segment.text)):
            assert set(segment.violations) == {number for start, end, number in spans if start <= at < end}
        position += len(segment.text)


def test_overlapping_evidence_is_cut_into_pieces():
    assert segments("abcdef", [(1, 4, 1), (3, 5, 2)]) == [
        Segment("a", ()),
        Segment("bc", (1,)),
        Segment("d", (1, 2)),
        Segment("e", (2,)),
        Segment("f", ()),
    ]
