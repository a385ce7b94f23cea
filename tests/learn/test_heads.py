"""From a community's file to heads that judge, with a card and a comparison."""

from __future__ import annotations

import json
from shutil import copytree

import numpy as np
import pytest

from comity.detect.heads import heads_at
from comity.errors import CalibrationError, InputError
from comity.learn.heads import train_heads
from comity.models import Artefact
from comity.moderator import Moderator
from comity.moderator.assemble import registered
from comity.taxonomy import Severity
from tests.learn.heads_posts import write_posts


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    return tmp_path_factory.mktemp("yard")


@pytest.fixture(scope="module")
def trained(yard):
    return train_heads(write_posts(yard / "posts.csv"), yard / "ours")


def test_the_folder_is_an_artefact_with_heads(yard, trained):
    artefact = Artefact.load(yard / "ours")
    artefact.verify()
    card = artefact.card
    assert (card.name, card.kind, card.base) == ("ours", "heads", "english-v2")
    assert set(card.labels) == {"insult", "rule:on-topic"}
    assert set(card.labels["insult"].steps) == {2, 3}
    assert not card.labels["rule:on-topic"].steps


def test_a_criterion_that_almost_nobody_met_is_left_out_with_the_reason(trained):
    assert "1 positive" in trained.left_out["spam"] or "0 positive" in trained.left_out["spam"]
    assert any("`spam` is left out" in limit for limit in trained.artefact.card.limits)


def test_the_prevalence_on_the_card_is_that_of_the_rows_that_taught(trained):
    (insult, _) = trained.comparisons
    label = trained.artefact.card.labels["insult"]
    assert label.positives + label.negatives == insult.learned_rows
    assert label.prevalence == pytest.approx(insult.learned_positives / insult.learned_rows)


def test_rows_that_test_do_not_teach(trained):
    (insult, _) = trained.comparisons
    rows = trained.rows
    assert insult.learned_rows == int((~rows.test).sum())
    assert insult.rows == int(rows.test.sum())
    assert not set(rows.group[rows.test]) & set(rows.group[~rows.test])


def test_the_comparison_has_the_packaged_encoder_where_it_judges_the_criterion(trained):
    insult, topic = trained.comparisons
    assert [model.model for model in insult.models] == [
        "these heads",
        "english-v2",
        "english-v2 recalibrated",
        "word n-grams",
    ]
    assert [model.model for model in topic.models] == ["these heads", "word n-grams"]
    assert insult.models[0].auprc.value > 0.9
    assert insult.graded.heads.value < insult.graded.always
    assert [point.rows for point in insult.curve][-1] == insult.learned_rows


def test_the_card_for_people_and_the_comparison_say_the_same(yard, trained):
    page = (yard / "ours" / "card.md").read_text("utf-8")
    written = json.loads((yard / "ours" / "comparison.json").read_text("utf-8"))
    for one in written:
        assert f"### {one['criterion']}" in page
        assert all(f"- {sentence}" in page for sentence in one["told"])


def test_the_detector_gives_graded_signals(yard, trained):
    texts = ["You disgusting stupid moron, shut up.", "Thank you for the lovely beans."]
    with Moderator("community", detectors=[*registered(), heads_at(yard / "ours")]) as moderator:
        rude, calm = moderator.moderate_many(texts, want={"insult"})
    assert rude.scores["insult"] > 0.5 > calm.scores["insult"]
    assert rude.severities["insult"] >= Severity.MODERATE
    assert calm.severities["insult"] is Severity.NONE


def test_rows_told_apart_without_error_do_not_make_scores_certain(trained):
    (insult, _) = trained.comparisons
    assert insult.models[0].roc_auc.value > 0.95
    curve = trained.artefact.card.labels["insult"].calibration
    assert 0 < curve.slope < 50


def test_heads_are_not_replaced_unasked(yard, trained):
    before = (yard / "ours" / "card.yaml").read_bytes()
    with pytest.raises(InputError, match="--overwrite"):
        train_heads(yard / "posts.csv", yard / "ours")
    again = train_heads(yard / "posts.csv", yard / "ours", overwrite=True)
    assert (yard / "ours" / "card.yaml").read_bytes() == before
    assert np.array_equal(again.rows.test, trained.rows.test)


def test_the_split_of_the_file_is_kept(yard, trained):
    copytree(yard / "ours.cache", yard / "split.cache")
    trained = train_heads(write_posts(yard / "split.csv", graded=False, split=True), yard / "split")
    assert trained.rows.test.sum() == 60
    assert not trained.artefact.card.labels["insult"].steps
    assert trained.comparisons[0].graded is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([f"post number {row} on beans,0" for row in range(30)], "0 positive and"),
        (
            ["The beans behind the shed are ripe.,1", "the beans behind the shed are ripe!,0"] * 15,
            "near-duplicates",
        ),
    ],
)
def test_rows_that_cannot_teach_are_told(tmp_path, lines, told):
    file = tmp_path / "posts.csv"
    file.write_text(
        "\n".join(["text,insult,split", *(f"{line},train" for line in lines), "An apple a day.,0,test"])
    )
    with pytest.raises(
        CalibrationError, match=rf"no criterion can be fitted: insult: .*{told}.*Annotate more"
    ):
        train_heads(file, tmp_path / "ours")
    assert not (tmp_path / "ours").exists()
