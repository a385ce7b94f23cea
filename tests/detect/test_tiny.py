import pytest

from comity import Moderator
from comity.content import Item
from comity.detect import Signals
from comity.detect.registry import DETECTORS, STAND_INS, build, names

RUDE = "You are a useless, pathetic idiot."
CALM = "The tomatoes in the greenhouse are finally ripe."


@pytest.fixture(scope="module")
def tiny():
    return build("tiny.v1")


def insult(tiny, text):
    (outcome,) = tiny.detect([Item.text(text, lang="en")])
    assert isinstance(outcome, Signals)
    return next(signal.score for signal in outcome.signals if signal.criterion == "insult")


def test_an_insult_scores_higher_than_small_talk(tiny):
    assert insult(tiny, RUDE) > 0.5 > insult(tiny, CALM)


def test_it_judges_what_the_encoder_judges(tiny):
    assert tiny.criteria >= build("encoder.v2").criteria


def test_a_policy_can_be_kept_with_it_in_the_encoders_place(tiny):
    others = [build(name) for name in names() if not name.startswith("encoder.")]
    moderator = Moderator("community", detectors=[*others, tiny])
    assert moderator.moderate(RUDE).action != "allow"
    assert moderator.moderate(CALM).action == "allow"


@pytest.mark.parametrize("name", STAND_INS)
def test_a_stand_in_is_asked_only_where_somebody_puts_it(name):
    assert build(name).name == name
    assert name not in names()
    assert name not in DETECTORS
