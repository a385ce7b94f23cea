import numpy as np
import pytest

from comity.content import Item
from comity.errors import CalibrationError, InputError, NotFound
from comity.evaluate.fit_site import detector_on, fit_site, fit_texts, scores_of

RANDOM = np.random.default_rng(2)
TRUTH = (RANDOM.random(400) < 0.2).astype(float)
SCORES = 1 / (1 + np.exp(-RANDOM.normal(np.where(TRUTH == 1, 1.5, -1.5), 1)))


@pytest.fixture(scope="module")
def detector():
    return detector_on("english-v2")


def test_annotations_count_more_than_prevalence_and_each_criterion_gets_what_there_is(detector):
    fits = fit_site(
        detector.card, {"insult": SCORES}, {"insult": TRUTH}, {"insult": 0.01, "hate": 0.001}
    ).by_criterion
    assert [fits[name].label.made_from for name in ("insult", "hate")] == ["annotations", "prevalence"]
    assert [fits[name].label.site_prevalence for name in ("insult", "hate")] == [0.01, 0.001]
    assert fits["hate"].held_out is None


def test_a_criterion_that_cannot_be_fitted_is_left_out_with_the_reason(detector):
    few = np.where(np.arange(400) < 9, 1.0, np.nan)
    fits = fit_site(detector.card, {"insult": SCORES, "hate": SCORES}, {"insult": TRUTH, "hate": few}, {})
    assert list(fits.by_criterion) == ["insult"]
    assert "9 annotated rows" in fits.left_out["hate"]
    assert list(fits.calibration(detector).criteria) == ["insult"]


def test_with_nothing_fitted_there_is_no_calibration(detector):
    fits = fit_texts(detector.card, dict.fromkeys(detector.card.labels, SCORES[:10]))
    with pytest.raises(CalibrationError, match="10 texts are too few"):
        fits.calibration(detector)


def test_a_threshold_says_what_to_expect_at_the_site(detector):
    # Recall and false positives are those of the rows; of all posts, one in a hundred violates.
    fit = fit_site(detector.card, {"insult": SCORES}, {"insult": TRUTH}, {"insult": 0.01}).by_criterion[
        "insult"
    ]
    at = fit.at("recall", 0.8)
    assert at.recall >= 0.8
    assert at.flagged == pytest.approx(0.01 * at.recall + 0.99 * at.fpr)
    assert at.precision == pytest.approx(0.01 * at.recall / at.flagged)
    assert fit.at("precision", 0.999) is None


def test_few_positives_are_warned_of(detector):
    few = (np.arange(400) < 5).astype(float)
    (fit,) = fit_site(detector.card, {"insult": SCORES}, {"insult": few}, {}).by_criterion.values()
    assert any("only 5 rows violate" in told for told in fit.warnings)
    assert any("model's card" in told for told in fit.warnings)


def test_a_criterion_that_the_model_does_not_judge_is_refused(detector):
    with pytest.raises(InputError, match="does not judge `walnut`"):
        fit_site(detector.card, {}, {}, {"walnut": 0.1})


def test_a_model_that_no_detector_uses_is_refused():
    with pytest.raises(NotFound, match="klingon-v1"):
        detector_on("klingon-v1")


def test_scores_are_those_of_decisions_and_missing_where_the_model_abstained(detector):
    items = [Item.text("You idiot.", lang="en"), Item.text("Du Idiot.", lang="de")]
    insult = scores_of(detector, items)["insult"]
    assert insult[0] > 0.5
    assert np.isnan(insult[1])
