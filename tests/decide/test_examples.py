"""What the examples of a rule change in decisions: they raise suspicion, and their silence changes nothing."""

from __future__ import annotations

import pytest

from comity.decide import Facts
from comity.detect import Tier
from comity.moderator import Moderator
from comity.policy import read
from tests.detect.examples import Notebook
from tests.fakes import BrokenDetector, ReadingJudge, SilentDetector, WordDetector

BISCUIT = "Prune your aubergines, you soggy biscuit."
LIKE_IT = "Honestly, prune your aubergine, you soggy biscuits!"
WEATHER = "The weather will be fine on Tuesday."
POLICY = """\
policy: garden
version: 1
on_unjudged: {on_unjudged}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {{insult: 0.80}}
    action: remove
    review: 0.50
  - id: on-topic
    text: Speak of gardens.
    action: remove
  - id: slow-down
    text: New members post no links.
    when: item.links > 0
    action: remove
  - id: kindly
    text: Be kind.
    categories: {{toxicity: 0.80}}
    exceptions: [Banter between friends]
    action: remove
"""


def garden(notebook, *detectors, on_unjudged="allow", judge=None):
    policy = read(POLICY.format(on_unjudged=on_unjudged))
    calm = (WordDetector("insult", {"walnut": 0.9}), WordDetector("toxicity", {}, name="tone.v1"))
    return Moderator(policy, detectors=detectors or calm, examples=notebook, judge=judge)


def test_a_repeat_of_an_example_is_acted_on_and_the_reason_names_the_example():
    notebook = Notebook()
    number = notebook.teach(BISCUIT)
    decision = garden(notebook).moderate(BISCUIT)
    [violation] = decision.violations
    assert (decision.action, violation.rule) == ("remove", "no-insults")
    assert f"Like example {number} that breaks this rule" in violation.reason
    assert f"neighbours.v1@{notebook.revision}" in violation.reason


def test_a_text_that_is_only_like_an_example_goes_to_a_person():
    notebook = Notebook()
    notebook.teach(BISCUIT)
    assert garden(notebook).moderate(LIKE_IT).action == "review"


def test_a_rule_for_people_only_can_be_taught():
    notebook = Notebook()
    notebook.teach(BISCUIT, "on-topic")
    assert [v.rule for v in garden(notebook).moderate(BISCUIT).violations] == ["on-topic"]


def test_the_silence_of_examples_changes_no_decision():
    notebook = Notebook()
    notebook.teach(BISCUIT)
    notebook.teach(BISCUIT, "on-topic")
    for on_unjudged in ("allow", "review"):
        for detectors in ((), (SilentDetector("insult", {}), SilentDetector("toxicity", {}, name="tone.v1"))):
            taught = garden(notebook, *detectors, on_unjudged=on_unjudged).moderate(WEATHER)
            untaught = garden(None, *detectors, on_unjudged=on_unjudged).moderate(WEATHER)
            assert (taught.actions, taught.confidence, taught.not_judged, taught.scores) == (
                untaught.actions,
                untaught.confidence,
                untaught.not_judged,
                untaught.scores,
            )


def test_an_example_that_keeps_the_rule_does_not_lower_what_a_detector_says():
    notebook = Notebook()
    notebook.teach("You walnut, learn to prune.", violates=False)
    assert garden(notebook).moderate("You walnut, learn to prune.").action == "remove"


def test_a_rule_that_facts_decide_alone_has_no_examples():
    notebook = Notebook()
    notebook.teach(BISCUIT, "slow-down")
    moderator = garden(notebook)
    assert moderator.moderate(BISCUIT).action == "allow"
    assert moderator.moderate("See https://example.org", Facts()).action == "remove"


def test_where_nobody_can_check_the_exceptions_a_person_decides_on_a_repeat_too():
    notebook = Notebook()
    notebook.teach(BISCUIT, "kindly")
    assert garden(notebook).moderate(BISCUIT).action == "review"


def test_a_judge_still_reads_every_text_of_a_rule_without_screens():
    notebook = Notebook()
    notebook.teach(BISCUIT, "on-topic")
    judges = []

    def judge(rules):
        judges.append(ReadingJudge(rules))
        return judges

    garden(notebook, judge=judge).moderate(WEATHER)
    assert len(judges[0].asked) == 1


def test_examples_that_cannot_be_read_are_a_failure_and_not_an_all_clear():
    notebook = Notebook(broken=True)
    decision = garden(notebook).moderate(WEATHER)
    assert decision.action == "review"
    assert any("neighbours.v1" in missing.reason for missing in decision.not_judged)


def corrected(kind=WordDetector, insult=0.7, name="correction:no-insults"):
    """A garden whose detector finds walnuts rather insulting, and whose examples correct it."""
    words = WordDetector("insult", {"walnut": insult}, name="tone-of-voice.v1", tier=Tier.MODEL)
    moved = kind(name, {"sour": 0.95, "tasty": 0.05}, name="corrections.v1", tier=Tier.MODEL)
    calm = WordDetector("toxicity", {}, name="tone.v1")
    return garden(None, words, moved, calm)


def test_examples_move_the_score_of_a_rule_over_its_threshold_and_the_reason_says_so():
    decision = corrected().moderate("You sour walnut.")
    [violation] = decision.violations
    assert decision.action == "remove"
    assert violation.score == pytest.approx(0.978, abs=0.001)
    assert "tone-of-voice.v1, corrections.v1" in violation.reason


def test_and_under_it_without_a_word_in_the_scores():
    decision = corrected(insult=0.85).moderate("A tasty walnut.")
    assert decision.action == "allow"
    assert decision.scores == {"insult": pytest.approx(0.85), "toxicity": 0.0}
    assert decision.confidence == pytest.approx(0.77, abs=0.01)


@pytest.mark.parametrize(("score", "action"), [(0.9, "remove"), (0.7, "review"), (0.1, "review")])
def test_a_correction_that_fails_takes_no_hit_away_and_clears_nothing(score, action):
    assert corrected(BrokenDetector, score).moderate("You sour walnut.").action == action


def test_a_correction_that_abstains_changes_nothing():
    untouched = garden(
        None, WordDetector("insult", {"walnut": 0.7}), WordDetector("toxicity", {}, name="tone.v1")
    )
    decision, before = (one.moderate("A sour walnut.") for one in (corrected(SilentDetector), untouched))
    assert (decision.actions, decision.scores, decision.not_judged) == (
        before.actions,
        before.scores,
        before.not_judged,
    )


def test_what_a_cheap_detector_finds_still_saves_the_model_where_nothing_is_corrected():
    cheap = WordDetector("insult", {"walnut": 0.9})
    model = WordDetector("insult", {}, name="model.v1", tier=Tier.MODEL)
    silent = SilentDetector("correction:no-insults", {}, name="corrections.v1", tier=Tier.MODEL)
    policy = read(POLICY.format(on_unjudged="allow").split("  - id: on-topic")[0])
    decision = Moderator(policy, detectors=(cheap, model, silent)).moderate("You walnut.")
    assert (decision.action, model.asked) == ("remove", [])


def test_rules_with_categories_of_the_packaged_encoder_are_corrected_unless_they_are_locked():
    policy = POLICY.format(on_unjudged="allow").replace("- id: kindly", "- id: kindly\n    locked: true")
    plan = Moderator(read(policy), examples=Notebook()).plan
    corrected_by = {screen.corrected_by for rule in plan.rules for screen in rule.screens}
    assert corrected_by == {None, "correction:no-insults"}
