"""A model's evaluation, beside its files."""

import shutil

import pytest

from comity.errors import InputError
from comity.evaluate.result import Example
from comity.evaluate.saved import save, saved
from comity.models import Artefact, find
from tests.evaluate.report.made import report


@pytest.fixture
def artefact(tmp_path):
    """The packaged model's card, without its weights."""
    folder = tmp_path / "english-v2"
    folder.mkdir()
    for name in ("card.yaml", "card.md"):
        shutil.copy(find("english-v2").folder / name, folder)
    return Artefact(folder, find("english-v2").card)


@pytest.fixture
def evaluation(artefact):
    return report().model_copy(update={"version": artefact.digest[:12]})


def test_what_is_saved_is_found_again(artefact, evaluation):
    save(evaluation, artefact)
    assert [suite.suite for suite in saved(artefact).suites] == [suite.suite for suite in evaluation.suites]


def test_no_text_and_no_curve_is_saved(artefact, evaluation):
    secret = Example(id="1", text="a text of somebody's", truth=1, score=0.1)
    suite = evaluation.suites[0]
    target = suite.targets[0].model_copy(update={"worst": (secret,)})
    with_text = evaluation.model_copy(update={"suites": (suite.model_copy(update={"targets": (target,)}),)})
    kept = save(with_text, artefact).read_text(encoding="utf-8")
    assert "somebody's" not in kept
    assert saved(artefact).suites[0].targets[0].pr_curve == ()


def test_the_card_quotes_it_once(artefact, evaluation):
    save(evaluation, artefact)
    save(evaluation, artefact)
    card = (artefact.folder / "card.md").read_text(encoding="utf-8")
    assert card.count("## Evaluation") == 1
    assert evaluation.suites[0].suite in card.partition("## Evaluation")[2]


def test_a_report_on_another_model_is_refused(artefact, evaluation):
    with pytest.raises(InputError, match="not about this model"):
        save(evaluation.model_copy(update={"version": "000000000000"}), artefact)


def test_a_model_that_changed_since_has_no_evaluation(artefact, evaluation):
    save(evaluation, artefact)
    with (artefact.folder / "card.yaml").open("a", encoding="utf-8") as card:
        card.write("# changed\n")
    assert saved(artefact) is None


def test_a_model_that_nobody_evaluated_has_none(artefact):
    assert saved(artefact) is None


def test_the_packaged_evaluation_can_be_read_and_is_of_the_packaged_model():
    evaluation = saved(find("english-v2"))
    assert len(evaluation.suites) > 50
    assert evaluation.suite("smoke").target("toxicity").auprc
