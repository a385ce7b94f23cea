import numpy as np
import pytest

from comity.errors import CalibrationError
from comity.learn.calibrate_card import calibrate_card
from comity.learn.recipe import read_recipe
from comity.learn.rows import Rows
from comity.models import Artefact, TextModel, find
from comity.models.text_model import Read

N = 200
STEPS = {
    "steps": ["insult>=3"],
    "marked": ["insult"],
    "context_roles": ["response"],
    "roles": {"spam": ["post"]},
}


@pytest.fixture
def calibrated(workshop):
    def run(outputs, annotations, spans=None, tokens=((),) * N):
        recipe = read_recipe(workshop.write(**STEPS))
        model = TextModel(Artefact(workshop.folder, find("english-v2").card))
        read = Read(outputs.astype(np.float32), np.zeros((N, 3, 2), np.int64), tokens)
        rows = Rows(
            ["x"] * N,
            annotations,
            np.array(["a"] * N),
            ["1"] * N,
            [""] * N,
            spans if spans is not None else [None] * N,
        )
        return calibrate_card(recipe, model, read, rows)

    return run


@pytest.fixture
def data():
    source = np.random.default_rng(0)
    annotations = (source.random((N, 3)) < 0.4).astype(np.float32)
    return annotations + source.normal(0, 0.7, (N, 3)), annotations


def test_every_output_gets_its_calibration(calibrated, data):
    card = calibrated(*data)
    assert list(card.labels) == ["insult", "spam"]
    assert [*card.labels["insult"].steps] == [3]
    assert len(card.calibrations) == 3


def test_a_criterion_may_be_judged_of_some_items_only(calibrated, data):
    labels = calibrated(*data).labels
    assert (labels["insult"].roles, labels["spam"].roles) == ((), ("post",))


def test_an_output_that_nobody_annotated_is_an_error_that_names_it(calibrated, data):
    outputs, annotations = data
    annotations[:, 2] = np.nan
    with pytest.raises(CalibrationError, match="insult>=3"):
        calibrated(outputs, annotations)


def test_the_threshold_of_marks_is_the_one_that_fits_the_spans_best(calibrated, data):
    # Tokens with a logit of 1 (probability .73) are what people marked, those with -0.2 (.45) are not.
    tokens = (((0, 3, -0.2), (4, 8, 1.0)),) * N
    card = calibrated(*data, spans=[[(4, 8)]] * N, tokens=tokens)
    assert 0.45 < card.marking.threshold < 0.73


def test_with_few_marked_rows_half_is_the_threshold(calibrated, data):
    card = calibrated(*data, spans=[[(0, 1)]] * 5 + [None] * (N - 5))
    assert card.marking.threshold == 0.5
