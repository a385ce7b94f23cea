"""A site's own calibration of one model: a curve and operating points for each criterion, in a YAML file."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comity.errors import ArtefactError, CalibrationError
from comity.models.card import Label, Measure, OperatingPoint

FEWEST_FLAGGED = 20
"""Precision over fewer flagged rows is not believed, as on a card."""
_EDGE = 1e-6
_MOST_BYTES = 1_000_000
_AGAIN = "Make one with: comity calibrate"


class SiteLabel(Label):
    """One criterion at a site. `calibration` leads from the log-odds of the packaged score to the site's.

    `points` are at the site's scores. They count the `positives` and `negatives` of the site's annotated rows, or,
    `points_from: card`, those of the model's own validation rows: then recall and false positives are believed to be as
    they were there, and precision follows from `site_prevalence`.
    """

    site_prevalence: float = Field(gt=0, lt=1)
    made_from: Literal["annotations", "prevalence", "texts"]
    points_from: Literal["site", "card"]

    @property
    def prevalence(self) -> float:
        return self.site_prevalence

    def precision(self, point: OperatingPoint) -> float:
        """The share of what is flagged at the site from `point` up that is rightly flagged; 1 if nothing is."""
        right = self.recall(point) * self.site_prevalence
        wrong = self.fpr(point) * (1 - self.site_prevalence)
        return right / (right + wrong) if right + wrong else 1.0

    def threshold(self, measure: Measure, value: float) -> float:
        """As of a card's label, with the site's prevalence in `precision`. Raises CalibrationError if there is none.

        Where violations are rarer at the site than among the rows, each false positive weighs more, and so many more
        rows must be flagged for a precision to be believed.
        """
        if measure != "precision":
            return super().threshold(measure, value)
        among = self.positives / self.negatives
        weight = max(1.0, among * (1 - self.site_prevalence) / self.site_prevalence)
        reached: float | None = None
        for point in reversed(self.points):
            if point.true_positives + weight * point.false_positives < weight * FEWEST_FLAGGED:
                continue
            if self.precision(point) < value:
                break
            reached = point.threshold
        if reached is None:
            raise CalibrationError(
                f"no threshold is known to give a precision of {value:g} where {self.site_prevalence:.2%} of items"
                " violate",
                next_step="Ask for less, or give a number as the threshold.",
            )
        return reached

    def corrected(self, score: float) -> float:
        """The site's score for a packaged one, both in [0, 1]; order is kept."""
        inside = min(max(score, _EDGE), 1 - _EDGE)
        exponent = self.calibration.slope * log(inside / (1 - inside)) + self.calibration.intercept
        return 1 / (1 + exp(-min(max(exponent, -80.0), 80.0)))


class SiteCalibration(BaseModel):
    """For the model called `model` whose card has the SHA-256 `digest`, and for no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    model: str
    digest: str
    criteria: Annotated[dict[str, SiteLabel], Field(min_length=1)]

    def text(self) -> str:
        """What the file holds."""
        content = self.model_dump()
        for label in content["criteria"].values():
            label["points"] = [list(point.values()) for point in label["points"]]
        return "# Made by `comity calibrate`.\n" + yaml.safe_dump(
            content, sort_keys=False, default_flow_style=None
        )


def read_site_calibration(path: Path) -> SiteCalibration:
    """Raises ArtefactError for a file that is missing or no site's calibration."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ArtefactError("it is too large for a site's calibration", where=str(path), next_step=_AGAIN)
        return SiteCalibration.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except OSError as error:
        raise ArtefactError(f"cannot read it: {error.strerror}", where=str(path), next_step=_AGAIN) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        what = f"`{place}`: {first['msg']}" if place else "it is no site's calibration"
        raise ArtefactError(what, where=str(path), next_step=_AGAIN) from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise ArtefactError("it is no site's calibration", where=str(path), next_step=_AGAIN) from None
