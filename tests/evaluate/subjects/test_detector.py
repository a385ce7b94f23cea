import numpy as np
import pytest

from comity.content import Item
from comity.detect import Abstained, Signal, Signals
from comity.errors import ArtefactError, InputError
from comity.evaluate.subjects import open_subject
from comity.evaluate.subjects.detector import DetectorSubject
from comity.models import find
from tests.fakes import BrokenDetector, SilentDetector, SlowDetector, WordDetector


def items(*texts):
    return [Item.text(text) for text in texts]


def subject(detector):
    return DetectorSubject(detector, detector.name, "1")


def test_what_was_looked_for_and_not_found_scores_nothing():
    answers = subject(WordDetector("insult", {"walnut": 0.9})).answer(items("You walnut.", "Hello."))
    assert answers.scores["insult"].tolist() == [0.9, 0.0]
    assert answers.unjudged == ("", "")
    assert answers.flagged is None


def test_a_detector_points_at_code_points_of_the_text():
    answers = subject(WordDetector("insult", {"walnut": 0.9})).answer(items("Hello.", "😀 you walnut"))
    assert answers.spans == {"insult": ((), ((6, 12),))}


def test_a_list_that_found_nothing_has_judged_nothing():
    answers = open_subject("detector:lexicon.v1").answer(items("Prune above the bud.", "You idiot."))
    assert np.isnan(answers.scores["insult"][0])
    assert answers.scores["insult"][1] > 0
    assert "cannot clear" in answers.unjudged[0]
    assert answers.unjudged[1] == ""


class Sniffer(WordDetector):
    """Can say yes, cannot say no."""

    def detect(self, items):
        return [Signals()] * len(items)


def test_signals_without_a_criterion_that_was_judged_leave_the_score_open():
    answers = subject(Sniffer("spam", {})).answer(items("FREE"))
    assert np.isnan(answers.scores["spam"]).all()
    assert answers.unjudged == ("found nothing, which clears nothing",)


@pytest.mark.parametrize(
    ("detector", "reason"),
    [
        (SilentDetector("insult", {}), "not my language"),
        (BrokenDetector("insult", {}), "ConnectionError in words.v1"),
        (SlowDetector("insult", {}, deadline_ms=10), "no answer within 10 ms"),
    ],
)
def test_no_answer_is_no_score_and_says_why(detector, reason):
    answers = subject(detector).answer(items("You walnut."))
    assert np.isnan(answers.scores["insult"]).all()
    assert answers.unjudged == (reason,)


def test_of_several_signals_for_a_criterion_the_highest_counts():
    class Twice(WordDetector):
        def detect(self, items):
            signals = (Signal("insult", 0.3, self.name), Signal("insult", 0.7, self.name))
            return [Signals(signals, frozenset({"insult"})) for _ in items]

    assert subject(Twice("insult", {})).answer(items("a")).scores["insult"].tolist() == [0.7]


def test_the_language_is_identified_as_a_policy_would():
    class Linguist(WordDetector):
        def detect(self, items):
            return [Abstained(f"this is {item.lang}") for item in items]

    answers = subject(Linguist("insult", {})).answer(
        items("Vielen Dank, meine Tomaten sehen jetzt großartig aus.", "Thank you, they look great now.")
    )
    assert answers.unjudged == ("this is de", "this is en")


class TestModel:
    def test_a_model_by_name_scores_all_its_criteria(self):
        artefact = find("english-v2")
        model = open_subject("model:english-v2", threads=1)
        answers = model.answer(items("You are a complete idiot.", "Thank you, my tomatoes look great now."))
        assert set(answers.scores) == set(artefact.card.labels)
        assert answers.scores["insult"][0] > 0.5 > answers.scores["insult"][1]
        assert model.version == artefact.digest[:12]
        assert model.megabytes() == pytest.approx(23, abs=3)

    def test_another_language_is_not_judged(self):
        model = open_subject("model:english-v2", threads=1)
        answers = model.answer(items("Vielen Dank, meine Tomaten sehen jetzt großartig aus."))
        assert all(np.isnan(column).all() for column in answers.scores.values())
        assert "de" in answers.unjudged[0]

    def test_a_model_by_folder_is_the_same(self):
        by_folder = open_subject(f"model:{find('english-v2').folder}")
        assert (by_folder.name, by_folder.version) == ("english-v2", open_subject("model:english-v2").version)

    def test_a_folder_without_a_model_is_refused(self, tmp_path):
        with pytest.raises(InputError, match=r"card\.yaml"):
            open_subject(f"model:{tmp_path}")

    def test_a_damaged_model_is_refused_before_anything_is_judged(self, tmp_path):
        whole = find("english-v2")
        for file in whole.folder.iterdir():
            (tmp_path / file.name).symlink_to(file)
        (tmp_path / "tokenizer.json").unlink()
        (tmp_path / "tokenizer.json").write_text("{}")
        with pytest.raises(ArtefactError, match="tokenizer"):
            open_subject(f"model:{tmp_path}")

    def test_it_follows_no_policy(self):
        model = open_subject("detector:encoder.v2")
        assert model.under("community") is model
        assert model.megabytes() == open_subject("model:english-v2").megabytes()
