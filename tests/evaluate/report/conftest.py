"""Two runs that were compared, for the page and the terminal to show."""

from __future__ import annotations

import pytest

from comity.evaluate.compare import compare
from tests.evaluate.report.made import run_folder, scored


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory):
    """A against the better B on `forum`, and too few rows on `tiny`."""
    folder = tmp_path_factory.mktemp("runs")
    a = run_folder(folder / "a", scored(judge=1), scored("tiny", rows=20), cap=500)
    b = run_folder(folder / "b", scored(judge=2, skill=2.5), scored("tiny", rows=20), scored("more"))
    return compare(a, b)
