"""What is written down of a decision is all of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Box, FactEvidence, Interval, Span
from comity.decide import Decision, Facts, NotJudged, Violation
from comity.decide.transcript import recall, transcript
from comity.detect import Abstained, Failed, Signal, Signals
from comity.taxonomy import Severity

words = st.text(max_size=12)
numbers = st.integers(0, 10_000)
shares = st.floats(0, 1)
severities = st.sampled_from(Severity)
evidence = st.one_of(
    st.builds(Span, words, numbers, numbers),
    st.builds(Box, words, numbers, numbers, numbers, numbers, numbers),
    st.builds(Interval, words, numbers, numbers),
    st.builds(FactEvidence, words, words),
)
places = st.lists(evidence, max_size=3).map(tuple)
signals = st.builds(Signal, words, shares, words, st.none() | severities, places, quality=st.none() | shares)
outcomes = st.one_of(
    st.builds(
        Signals,
        st.lists(signals, max_size=3).map(tuple),
        st.frozensets(words, max_size=3),
        st.none() | words,
    ),
    st.builds(Abstained, words),
    st.builds(Failed, words),
)
facts = st.builds(
    Facts,
    now=st.none() | st.datetimes(timezones=st.just(UTC)),
    author=st.dictionaries(words, words | numbers | shares | st.booleans(), max_size=3),
    counters=st.dictionaries(words, numbers, max_size=3),
    history=st.dictionaries(words, numbers, max_size=3),
)
violations = st.builds(
    Violation, words, words, words, words, places.filter(bool), st.none() | shares, severities
)
decisions = st.builds(
    Decision,
    item_id=words,
    actions=st.sampled_from([("allow",), ("remove", "mute")]),
    violations=st.lists(violations, max_size=2).map(tuple),
    not_judged=st.lists(st.builds(NotJudged, words, words), max_size=2).map(tuple),
    scores=st.dictionaries(words, shares, max_size=3),
    severities=st.dictionaries(words, severities, max_size=3),
    outcomes=st.dictionaries(words, outcomes, max_size=3),
    confidence=st.none() | shares,
    facts=facts,
    plan=words,
    policy=words,
    shadow=st.booleans(),
    item_revision=numbers,
    supersedes=st.none() | words,
    decided_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    ms=shares,
    timings=st.dictionaries(words, shares, max_size=2),
)


@given(decisions)
def test_a_decision_is_the_same_after_it_was_written_down(decision):
    assert recall(transcript(decision)) == decision


def test_that_a_detector_failed_stays_a_failure():
    decision = Decision(
        item_id="post-1",
        actions=("review",),
        violations=(),
        not_judged=(),
        scores={},
        severities={},
        outcomes={"judge.v1": Failed("timed out"), "encoder.v2": Abstained("no text")},
        confidence=None,
        facts=Facts(now=datetime(2026, 5, 1, tzinfo=UTC) + timedelta(microseconds=1)),
        plan="p",
        policy="community@1",
    )
    assert recall(transcript(decision)).outcomes == decision.outcomes
    assert recall(transcript(replace(decision, outcomes={}))).outcomes == {}


@pytest.mark.parametrize("text", ["", "{}", '{"outcomes": {"x": {"is": "Signals", "judged": 1}}}', "[]"])
def test_what_is_no_transcript_is_refused(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        recall(text)
