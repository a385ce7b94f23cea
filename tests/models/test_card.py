import pytest
import yaml

from comity.errors import ArtefactError, CalibrationError
from comity.models.card import Calibration, Label, OperatingPoint, read_card


def label(*points, positives=100, negatives=400):
    return Label(
        calibration=Calibration(slope=1, intercept=0),
        positives=positives,
        negatives=negatives,
        points=tuple(
            OperatingPoint(threshold=threshold, true_positives=caught, false_positives=wrong)
            for threshold, caught, wrong in points
        ),
    )


class TestThresholdOfAStatedPrecision:
    falling = label((0.2, 95, 95), (0.5, 80, 20), (0.8, 45, 5), (0.9, 9, 0))

    @pytest.mark.parametrize(("precision", "threshold"), [(0.5, 0.2), (0.6, 0.5), (0.8, 0.5), (0.9, 0.8)])
    def test_is_the_lowest_that_reached_it(self, precision, threshold):
        assert self.falling.threshold("precision", precision) == threshold

    def test_a_handful_of_lucky_rows_is_not_believed(self):
        with pytest.raises(CalibrationError, match=r"0\.99"):
            self.falling.threshold("precision", 0.99)

    def test_a_dip_further_up_ends_the_search(self):
        assert label((0.2, 90, 10), (0.5, 60, 40), (0.8, 45, 5)).threshold("precision", 0.9) == 0.8


def test_a_label_knows_its_rates():
    caught = label((0.5, 80, 20))
    assert caught.prevalence == 0.2
    assert caught.recall(caught.points[0]) == 0.8
    assert caught.fpr(caught.points[0]) == 0.05


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2", "name: x", "!!python/object/apply:os.getcwd []"],
    ids=["empty", "broken", "incomplete", "code"],
)
def test_an_unreadable_card_is_an_error_that_names_the_file(tmp_path, text):
    path = tmp_path / "card.yaml"
    path.write_text(text)
    with pytest.raises(ArtefactError, match="card cannot be read") as caught:
        read_card(path)
    assert caught.value.where == str(path)


def test_a_slope_that_would_turn_the_order_round_is_refused(tmp_path, packaged):
    document = yaml.safe_load((packaged.folder / "card.yaml").read_text())
    document["labels"]["toxicity"]["calibration"]["slope"] = -1
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(ArtefactError):
        read_card(path)


@pytest.mark.parametrize(
    ("measure", "value", "threshold"),
    [("recall", 0.9, 0.2), ("recall", 0.5, 0.5), ("fpr", 0.05, 0.8), ("fpr", 0.1, 0.5)],
)
def test_a_recall_or_a_false_positive_rate_can_be_stated_too(measure, value, threshold):
    assert label((0.2, 90, 90), (0.5, 60, 40), (0.8, 45, 5)).threshold(measure, value) == threshold
