from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import ArtefactError, CalibrationError
from comity.models.card import Calibration, OperatingPoint
from comity.models.site_calibration import SiteCalibration, SiteLabel, read_site_calibration


def label(prevalence=0.5, slope=1.0, shift=0.0, rows=10_000):
    """So many positives and as many negatives; from 0.2 up 90 % and 30 % are flagged, from 0.8 up 50 % and 2 %."""
    points = ((0.2, rows * 9 // 10, rows * 3 // 10), (0.8, rows // 2, rows // 50))
    return SiteLabel(
        calibration=Calibration(slope=slope, intercept=shift),
        positives=rows,
        negatives=rows,
        points=tuple(
            OperatingPoint(threshold=at, true_positives=right, false_positives=wrong)
            for at, right, wrong in points
        ),
        site_prevalence=prevalence,
        made_from="prevalence",
        points_from="card",
    )


class TestThresholds:
    def test_precision_follows_from_the_sites_prevalence(self):
        # Of 1,000 items 10 violate. From 0.8 up 5 of them are caught, and 2 % of the other 990: 19.8.
        one_in_a_hundred = label(0.01)
        assert one_in_a_hundred.precision(one_in_a_hundred.points[1]) == pytest.approx(5 / 24.8)
        assert one_in_a_hundred.threshold("precision", 0.2) == 0.8
        with pytest.raises(CalibrationError, match=r"0\.21 where 1\.00% of items"):
            one_in_a_hundred.threshold("precision", 0.21)

    def test_the_rarer_violations_are_the_more_rows_a_precision_needs(self):
        # At one in a hundred a false positive weighs 99, and 20 x 99 must be flagged: 50 and 2 x 99 are not enough.
        assert label(0.5, rows=100).threshold("precision", 0.9) == 0.8
        with pytest.raises(CalibrationError):
            label(0.01, rows=100).threshold("precision", 0.1)

    def test_at_the_rows_own_prevalence_it_is_that_of_the_rows(self):
        assert [label().precision(point) for point in label().points] == [
            pytest.approx(90 / 120),
            pytest.approx(50 / 52),
        ]

    @pytest.mark.parametrize(("measure", "value", "threshold"), [("recall", 0.9, 0.2), ("fpr", 0.05, 0.8)])
    @pytest.mark.parametrize("prevalence", [0.001, 0.5])
    def test_recall_and_false_positives_do_not_depend_on_prevalence(
        self, measure, value, threshold, prevalence
    ):
        assert label(prevalence).threshold(measure, value) == threshold


class TestScores:
    def test_without_slope_and_shift_they_stay(self):
        assert label().corrected(0.3) == pytest.approx(0.3)

    @given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 5), st.floats(-9, 9))
    def test_order_is_kept_within_bounds(self, one, other, slope, shift):
        low, high = (label(slope=slope, shift=shift).corrected(score) for score in sorted((one, other)))
        assert 0 <= low <= high <= 1


class TestFile:
    def test_what_is_written_is_read(self, tmp_path):
        site = SiteCalibration(model="english-v2", digest="d0", criteria={"insult": label(0.02, 0.9, -1.5)})
        path = tmp_path / "site.yaml"
        path.write_text(site.text(), "utf-8")
        assert read_site_calibration(path) == site

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("{", "no site's calibration"),
            ("- 1", "no site's calibration|valid"),
            ("version: 2\nmodel: m\ndigest: d\ncriteria: {}", "version"),
            ("model: m\ndigest: d\ncriteria: {}", "criteria"),
            ("model: m\ndigest: d\ncriteria: {insult: {slope: 1}}", r"criteria\.insult"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(self, tmp_path, content, told):
        path = tmp_path / "site.yaml"
        path.write_text(content, "utf-8")
        with pytest.raises(ArtefactError, match=told) as caught:
            read_site_calibration(path)
        assert caught.value.where == str(path)

    def test_a_missing_file_is_told(self):
        with pytest.raises(ArtefactError, match="cannot read it"):
            read_site_calibration(Path("/no/such.yaml"))
