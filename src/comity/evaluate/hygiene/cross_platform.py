"""Does what is learnt on other platforms hold on a new one? Each platform is left out once.

After "Cross-Platform Hate Speech Detection with Weakly Supervised Causal Disentanglement" (2024), with the linear
baseline in place of its networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from comity.evaluate.hygiene.data_set import DataSet, joined, linear_scores, read_data_set
from comity.evaluate.metrics import Interval, interval, roc_auc
from comity.evaluate.resample import Difference, paired

_TABLE = Path(__file__).with_name("platforms.yaml")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """ROC-AUC on the test rows of one platform: of a model that learnt from the platform's own training rows, and of
    one that learnt from those of all others. `gap` is the second minus the first.
    """

    platform: str
    test_rows: int
    positives: int
    own_rows: int
    other_rows: int
    own: Interval
    others: Interval
    gap: Difference


def platform_table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Question → platform → packaged suite → the target of that suite which asks the question."""
    table: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return table


def read_platforms(
    platforms: Mapping[str, Mapping[str, str]], data_root: Path | None, *, most: int = 2000
) -> list[DataSet]:
    """One question's part of the table, as data: at most `most` training and as many test rows for each platform.
    Platforms with nothing to learn are left out. Raises what `read_data_set` raises.
    """
    sets = (read_data_set(name, suites, data_root, most) for name, suites in platforms.items())
    return [known for known in sets if known is not None]


def leave_one_platform_out(platforms: Sequence[DataSet], seed: int = 0) -> tuple[LeftOut, ...]:
    """One row for each of two or more platforms. Raises MissingExtra without scikit-learn."""
    return tuple(
        _left_out(platform, [other for other in platforms if other is not platform], seed)
        for platform in platforms
    )


def _left_out(platform: DataSet, others: Sequence[DataSet], seed: int) -> LeftOut:
    elsewhere = joined([other.train for other in others])
    truth = platform.test.truth
    own = linear_scores(platform.train, platform.test.texts, seed)
    foreign = linear_scores(elsewhere, platform.test.texts, seed)
    return LeftOut(
        platform=platform.name,
        test_rows=truth.size,
        positives=platform.test.positives,
        own_rows=len(platform.train.texts),
        other_rows=len(elsewhere.texts),
        own=interval(roc_auc, truth, own, seed=seed),
        others=interval(roc_auc, truth, foreign, seed=seed),
        gap=paired(roc_auc, truth, foreign, own, seed=seed),
    )
