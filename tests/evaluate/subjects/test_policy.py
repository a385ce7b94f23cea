import numpy as np
import pytest

from comity.content import Item
from comity.evaluate.subjects import open_subject
from comity.evaluate.subjects.policy import PolicySubject
from comity.models import available
from comity.moderator import Moderator
from tests.fakes import SilentDetector, WordDetector
from tests.serve.cast import DOUBTFUL, FRIENDLY, GARDEN, INSULT, detectors

ADVERT = "FREE seeds for everybody"


@pytest.fixture
def garden(tmp_path):
    (tmp_path / "garden.yaml").write_text(GARDEN)
    return str(tmp_path / "garden.yaml")


def ask(subject, *texts):
    return subject.answer([Item.text(text) for text in texts])


def test_scores_are_those_of_the_decision(garden):
    answers = ask(PolicySubject(garden, detectors()), INSULT, DOUBTFUL, FRIENDLY, ADVERT)
    assert answers.scores["insult"].tolist() == [0.93, 0.6, 0.0, 0.0]
    assert answers.scores["spam"].tolist() == [0.0, 0.0, 0.0, 0.97]


def test_only_what_is_removed_or_blocked_counts_as_flagged(garden):
    answers = ask(PolicySubject(garden, detectors()), INSULT, DOUBTFUL, FRIENDLY, ADVERT)
    assert answers.flagged.tolist() == [True, False, False, False]


def test_rules_that_led_to_a_review_or_a_label_are_told_too(garden):
    answers = ask(PolicySubject(garden, detectors()), INSULT, DOUBTFUL, FRIENDLY, ADVERT)
    assert answers.rules == ({"no-insults"}, {"no-insults"}, frozenset(), {"no-spam"})


def test_it_points_where_its_detectors_do(garden):
    answers = ask(PolicySubject(garden, detectors()), INSULT)
    assert answers.spans["insult"] == (((4, 10),),)


def test_the_version_is_the_plans(garden):
    subject = PolicySubject(garden, detectors())
    assert (subject.name, subject.version) == (
        "garden@2",
        Moderator(garden, detectors=detectors()).plan.digest,
    )


def test_where_the_dearest_tier_is_silent_nothing_was_judged(garden):
    by_list = WordDetector("spam", {"FREE": 0.97}, name="ads.v1")
    by_model = SilentDetector("insult", {}, name="model.v1", tier=1)
    answers = ask(PolicySubject(garden, [by_list, by_model]), FRIENDLY, ADVERT)
    assert answers.unjudged == ("model.v1: not my language", "")
    assert np.isnan(answers.scores["insult"]).all()


def test_under_another_policy_it_is_the_same_judge_with_other_rules(garden, tmp_path):
    (tmp_path / "strict.yaml").write_text(
        "policy: strict\nversion: 1\nrules: [{id: no-ads, text: No ads., categories: {spam: 0.5}, action: block}]\n"
    )
    strict = PolicySubject(garden, detectors()).under(str(tmp_path / "strict.yaml"))
    answers = ask(strict, INSULT, ADVERT)
    assert strict.name == "strict@1"
    assert answers.flagged.tolist() == [False, True]
    assert answers.scores["insult"].tolist() == [0.93, 0.0]


def test_the_packaged_policy_scores_every_criterion_of_the_model():
    policy = open_subject("policy:community")
    answers = ask(policy, "You are a complete idiot.", "Thank you, my tomatoes look great now.")
    assert answers.scores["toxicity"][0] > 0.5 > answers.scores["toxicity"][1]
    assert answers.rules[0] >= {"no-insults"}


def test_its_size_is_that_of_every_model_that_it_may_ask():
    models = [
        model for model in available() if model.card.name != "tiny-v1"
    ]  # asked only in the place of another
    assert len(models) > 1
    files = [model.folder / name for model in models for name in model.card.files]
    assert open_subject("policy:community").megabytes() == pytest.approx(
        sum(file.stat().st_size for file in files) / 1e6
    )


def test_a_policy_that_only_people_enforce_judges_nothing(tmp_path):
    path = tmp_path / "people.yaml"
    path.write_text(
        "policy: p\nversion: 1\nrules:\n  - {id: kind, text: Be kind, action: remove}\n", encoding="utf-8"
    )
    answers = open_subject(f"policy:{path}").answer([Item.text("Hello there.")])
    assert answers.unjudged == ("only people can enforce the rules of this policy",)
