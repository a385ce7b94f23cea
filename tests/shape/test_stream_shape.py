"""A text that is moderated while it is being written."""

from __future__ import annotations

from dataclasses import dataclass

from comity import Item, Moderator
from comity.policy import Policy, Rule
from tests.fakes import WordDetector, found

POLICY = Policy("test", 1, (Rule("no-insults", "x", categories={"insult": 0.8}, actions=("block",)),))


@dataclass
class StreamingWords(WordDetector):
    name: str = "streaming.v1"

    def open(self, item):
        return _Session(self, "")


@dataclass
class _Session:
    detector: StreamingWords
    text: str

    def feed(self, delta):
        self.text += delta
        return found(Item.text(self.text), self.detector.words, self.detector.criterion, self.detector.name)


def test_a_stream_fed_byte_by_byte_is_stopped_at_the_byte_that_completes_the_violation():
    text = "Ça alors, you walnut, learn"
    stream = Moderator(POLICY, detectors=[StreamingWords("insult", {"walnut": 0.9})]).open(Item.text(""))
    raw = text.encode()
    actions = [
        decision.action if (decision := stream.feed(raw[i : i + 1])) else None for i in range(len(raw))
    ]
    stopped = actions.index("block")
    assert raw[: stopped + 1].decode() == "Ça alors, you walnut"
    assert set(actions[:stopped]) == {"allow", None}
    assert actions[0] is None, "half a character is no text yet"


def test_closing_a_stream_has_the_whole_text_moderated_by_all_detectors():
    whole = WordDetector("insult", {"turnip": 0.9}, name="whole.v1")
    moderator = Moderator(POLICY, detectors=[StreamingWords("insult", {"walnut": 0.9}), whole])
    stream = moderator.open(Item.text("", author="mira"))
    assert stream.feed("you old ").action == "allow"
    assert stream.feed("turnip").action == "allow"
    decision = stream.close()
    assert decision.action == "block"
    assert decision.violations[0].evidence[0].start == 8
