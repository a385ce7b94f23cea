"""An extractor makes parts out of parts, and evidence in them leads back to the source."""

from __future__ import annotations

from comity import Item, Moderator, Part
from comity.content import Box, Region, Span
from comity.detect import Abstained
from comity.policy import Policy, Rule
from tests.fakes import WordDetector

PIXELS = b"a picture that says: you walnut"
POLICY = Policy(
    "test",
    1,
    (Rule("no-insults", "x", categories={"insult": 0.8}, actions=("remove",)),),
    on_failure="review",
)
INSULTS = WordDetector("insult", {"walnut": 0.9})


class ReadsPictures:
    name = "ocr.v1"
    modalities = frozenset({"image"})

    def extract(self, items):
        return [tuple(self._read(part) for part in item.parts if part.kind == "image") for item in items]

    def _read(self, part):
        box = Box(part.id, 0, x=40, y=8, w=60, h=12)
        return Part(f"{part.id}/ocr", "text", "you walnut", part.id, self.name, (Region(4, 10, box),))


class CannotRead(ReadsPictures):
    def extract(self, items):
        raise OSError("the reader has no models")


MEME = Item("meme", (Part("picture", "image", PIXELS),))


def test_text_read_out_of_an_image_takes_the_text_path_and_its_evidence_points_into_the_image():
    decision = Moderator(POLICY, detectors=[INSULTS], extractors=[ReadsPictures()]).moderate(MEME)
    assert decision.action == "remove"
    [violation] = decision.violations
    assert violation.evidence == (Span("picture/ocr", 4, 10), Box("picture", 0, 40, 8, 60, 12))


def test_an_image_that_could_not_be_read_is_a_failure_and_not_a_clean_image():
    decision = Moderator(POLICY, detectors=[INSULTS], extractors=[CannotRead()]).moderate(MEME)
    assert decision.action == "review"
    assert "OSError in ocr.v1" in decision.not_judged[0].reason


def test_a_detector_is_not_asked_about_an_item_that_it_cannot_read():
    decision = Moderator(POLICY, detectors=[WordDetector("insult", {})]).moderate(MEME)
    assert decision.outcomes["words.v1"] == Abstained("the item has no text")


def test_a_part_that_nothing_reads_is_told_even_where_the_text_beside_it_was_judged():
    post = Item("post", (Part("words", "text", "good morning"), Part("picture", "image", PIXELS)))
    decision = Moderator(POLICY, detectors=[INSULTS]).moderate(post)
    assert decision.action == "allow"
    assert [(missing.what, missing.reason) for missing in decision.not_judged] == [
        ("part:picture", "nothing reads image")
    ]
