"""A detector behind `Uncovered` reads disguised words as plain ones, and can only rise."""

from __future__ import annotations

import copy

import pytest

from comity.content import Item, Part, Span
from comity.content.normalise import canonical
from comity.detect import Abstained, Detector, Failed, Signal, Signals, Tier
from comity.detect.disguise import disguises
from comity.detect.uncovered import Uncovered, plain_text


class Listener:
    """Hears the word `idiot`, and likes the letter x. Counts what it reads."""

    name = "listener.v1"
    criteria = frozenset({"insult", "spam"})
    modalities = frozenset({"text"})
    languages = None
    tier = Tier.MODEL
    artefact_digest = "abc"

    def __init__(self):
        self.read = []

    def detect(self, items):
        return [self._detect(item) for item in items]

    def _detect(self, item):
        [part] = item.parts
        self.read.append(part.text)
        if "unreadable" in part.text:
            return Abstained("no idea")
        if "broken" in part.text:
            return Failed("crashed")
        start = part.text.find("idiot")
        evidence = (Span(part.id, start, start + 5),) if start >= 0 else ()
        insult = Signal("insult", 0.9 if evidence else 0.1, self.name, evidence=evidence, quality=0.8)
        spam = Signal("spam", 0.8 if "." in part.text else 0.2, self.name)
        return Signals((insult, spam), judged=self.criteria)


def scores(outcome):
    return {signal.criterion: signal.score for signal in outcome.signals}


def test_a_disguised_word_is_heard_and_shown_in_the_original():
    [outcome] = Uncovered(Listener()).detect([Item.text("you id.iot, go")])
    insult = next(signal for signal in outcome.signals if signal.criterion == "insult")
    assert insult.score == 0.9
    assert insult.evidence == (Span("text", 4, 10),)
    assert insult.detector == "listener.v1 after camouflage.v1"
    assert insult.quality == 0.8


def test_plain_letters_lower_no_score():
    [outcome] = Uncovered(Listener()).detect([Item.text("you id.iot, go")])
    assert scores(outcome)["spam"] == 0.8
    assert outcome.judged == Listener.criteria


def test_a_text_without_disguises_is_read_once():
    listener = Listener()
    Uncovered(listener).detect([Item.text("see you tomorrow"), Item.text("you id.iot")])
    assert listener.read == ["see you tomorrow", "you id.iot", "you idiot"]


def test_words_that_the_normaliser_reads_need_no_second_reading():
    listener = Listener()
    Uncovered(listener).detect([Item.text("you ｉｄｉｏｔ")])
    assert len(listener.read) == 1


def test_an_unreadable_text_is_judged_where_its_plain_form_is_sure():
    class Strict(Listener):
        def _detect(self, item):
            return super()._detect(item) if "idiot" in item.parts[0].text else Abstained("what?")

    [outcome] = Uncovered(Strict()).detect([Item.text("you id.iot")])
    assert scores(outcome) == {"insult": 0.9}
    assert not outcome.judged, "it clears nothing"


def test_a_text_that_stays_unreadable_stays_unjudged():
    [outcome] = Uncovered(Listener()).detect([Item.text("unreadable id.iot")])
    assert isinstance(outcome, Abstained)


def test_a_failure_stays_a_failure():
    [outcome] = Uncovered(Listener()).detect([Item.text("broken id.iot")])
    assert outcome == Failed("crashed")


def test_a_text_in_another_language_is_read_once():
    listener = Listener()
    Uncovered(listener).detect([Item.text("du id.iot", lang="de")])
    assert len(listener.read) == 1


def test_it_is_the_detector_in_all_else():
    uncovered = Uncovered(Listener())
    assert isinstance(uncovered, Detector)
    assert uncovered.name == "listener.v1"
    assert uncovered.artefact_digest == "abc"
    assert copy.copy(uncovered).criteria == Listener.criteria


@pytest.mark.parametrize(
    ("text", "plain"),
    [("you id.iot, go", "you idiot, go"), ("i d i o t!", "idiot!"), ("see you", "see you")],
)
def test_all_but_the_disguises_stays(text, plain):
    shown = plain_text(text, disguises(text, canonical(text), least=0.15))
    assert shown.text == plain
    assert shown.original(0, len(plain)) == (0, len(text))


def test_what_was_made_plain_is_plain():
    text = "you id.iot, k1ll the i d i o t"
    once = plain_text(text, disguises(text, canonical(text), least=0.15)).text
    assert disguises(once, canonical(once), least=0.15) == []


def test_other_parts_stay_as_they_are():
    class Quiet(Listener):
        def detect(self, items):
            self.read += [tuple(part.id for part in item.parts) for item in items]
            return [Signals() for _ in items]

    quiet = Quiet()
    item = Item("i", (Part("a", "text", "id.iot"), Part("b", "image", b"x"), Part("c", "text", "hello")))
    Uncovered(quiet).detect([item])
    assert quiet.read == [("a", "b", "c")] * 2
