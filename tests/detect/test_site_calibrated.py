from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.content import Item
from comity.decide import Combiner
from comity.detect import Abstained, Signals
from comity.detect.encoder import packaged
from comity.detect.ngrams import packaged as ngrams
from comity.detect.site_calibrated import SiteCalibrated, at_site
from comity.errors import ArtefactError
from comity.evaluate.recalibrate import recalibrated
from comity.evaluate.site_calibration import from_prevalence
from comity.models.card import Calibration
from comity.models.site_calibration import SiteCalibration
from comity.moderator import Moderator
from comity.moderator.assemble import registered
from comity.policy import read
from tests.fakes import WordDetector

RUDE = Item.text("You are a useless idiot.", lang="en")
POLICY = """
policy: forum
version: 1
rules:
  - id: no-insults
    text: Do not insult people.
    categories: {insult: {precision: 0.3}}
    action: remove
"""


@pytest.fixture(scope="module")
def encoder():
    return packaged()


@pytest.fixture(scope="module")
def site(encoder):
    labels = {name: from_prevalence(encoder.card.labels[name], 0.02) for name in ("insult", "hate")}
    return SiteCalibration(model="english-v2", digest=encoder.artefact_digest, criteria=labels)


@pytest.fixture
def file(tmp_path, site) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(site.text(), "utf-8")
    return path


def scores(detector, item=RUDE):
    (outcome,) = detector.detect([item])
    assert isinstance(outcome, Signals)
    return {signal.criterion: signal.score for signal in outcome.signals}


def test_what_the_site_calibrated_is_corrected_and_the_rest_stays(encoder, site):
    before, after = scores(encoder), scores(SiteCalibrated(encoder, site))
    assert after["insult"] == pytest.approx(
        recalibrated([before["insult"]], site.criteria["insult"].calibration)[0]
    )
    assert after["toxicity"] == before["toxicity"]


def test_the_quality_of_a_corrected_score_is_the_models(encoder, site):
    before, after = (
        [signal.quality for signal in detector.detect([RUDE])[0].signals]
        for detector in (encoder, SiteCalibrated(encoder, site))
    )
    assert before == after


def test_what_cannot_be_judged_is_not_judged_here_either(encoder, site):
    (outcome,) = SiteCalibrated(encoder, site).detect([Item.text("Hallo", lang="de")])
    assert isinstance(outcome, Abstained)


def test_the_card_itself_is_left_as_it_was(encoder, site):
    SiteCalibrated(encoder, site)
    assert encoder.card.labels["insult"] == packaged().card.labels["insult"]


# Within the log-odds at which a combination cuts off.
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.5, 2), st.floats(-3, 3))
def test_a_combination_with_a_word_list_is_corrected_as_a_whole(
    encoder, model_score, list_score, slope, shift
):
    curve = Calibration(slope=slope, intercept=shift)
    label = from_prevalence(encoder.card.labels["hate"], 0.02).model_copy(update={"calibration": curve})
    site = SiteCalibration(model="english-v2", digest="", criteria={"hate": label})

    def combine(card, score):
        found = card.combinations["hate"]
        combiner = Combiner("encoder.v2", found.weight, found.bias, found.others)
        return combiner.combine({"encoder.v2": score, "lexicon.v1": list_score})

    packaged_result = combine(encoder.card, model_score)
    corrected = combine(SiteCalibrated(encoder, site).card, label.corrected(model_score))
    assert corrected == pytest.approx(label.corrected(packaged_result), abs=1e-3)


class TestModerating:
    def test_the_score_of_a_listed_word_is_corrected_with_the_models(self, file, site):
        detectors = registered()
        listed = "You total asshole, said the lady who ran the market."
        before, after = (
            Moderator(read(POLICY), detectors=found).moderate(listed).scores["insult"]
            for found in (detectors, at_site(detectors, file))
        )
        assert after == pytest.approx(site.criteria["insult"].corrected(before))

    def test_decisions_use_the_sites_scores_and_thresholds(self, file, site, monkeypatch):
        before = Moderator(read(POLICY))
        monkeypatch.setenv("COMITY_CALIBRATION", str(file))
        after = Moderator(read(POLICY))
        acts = [moderator.plan.rules[0].screens[0].act for moderator in (before, after)]
        assert acts[1] == site.criteria["insult"].threshold("precision", 0.3) != acts[0]
        one, other = (
            moderator.moderate(RUDE, want={"insult"}).scores["insult"] for moderator in (before, after)
        )
        assert other < one

    def test_the_plan_is_another(self, file):
        detectors = registered()
        before = Moderator(read(POLICY), detectors=detectors).plan
        after = Moderator(read(POLICY), detectors=at_site(detectors, file)).plan
        assert before.digest != after.digest
        assert before.artefacts["encoder.v2"] != after.artefacts["encoder.v2"]

    def test_a_detector_on_another_model_stays_what_it_is(self, encoder, file):
        class Other(WordDetector):
            artefact_digest = "d0"

        other = Other("insult", {"walnut": 0.9}, name="other.v1")
        lists = WordDetector("insult", {"walnut": 0.9}, name="list.v1")
        found = at_site([encoder, other, lists], file)
        assert found[1] is other
        assert found[2] is not lists


class TestRefusing:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"digest": "0" * 64}, "another version of `english-v2`: digest 000000000000"),
            ({"model": "klingon-v1"}, "which no detector uses"),
        ],
    )
    def test_a_calibration_of_another_model(self, encoder, site, tmp_path, change, told):
        path = tmp_path / "site.yaml"
        path.write_text(site.model_copy(update=change).text(), "utf-8")
        with pytest.raises(ArtefactError, match=told) as caught:
            at_site([encoder], path)
        assert caught.value.where == str(path)

    def test_a_criterion_that_the_model_does_not_judge(self, encoder, site, tmp_path):
        path = tmp_path / "site.yaml"
        criteria = {"link/shortened": site.criteria["hate"]}
        path.write_text(site.model_copy(update={"criteria": criteria}).text(), "utf-8")
        with pytest.raises(ArtefactError, match="does not judge `link/shortened`"):
            at_site([encoder], path)

    def test_calibrating_twice(self, encoder, file):
        with pytest.raises(ArtefactError, match="another version"):
            at_site(at_site([encoder], file), file)


def test_models_of_other_languages_are_left_as_they_are(file):
    others = ngrams()
    assert at_site((packaged(), others), file)[1] is others
