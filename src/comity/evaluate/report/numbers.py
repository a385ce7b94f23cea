"""Numbers as people read them, the same on a page, at a terminal and in a card."""

from __future__ import annotations

from comity.evaluate.metrics import FEWEST
from comity.models.card import Measured

DASH = "–"


def plain(value: float | None) -> str:
    """0.812, for metrics of order and F1."""
    return DASH if value is None else f"{value:.3f}".replace("-", "−")


def percent(value: float | None) -> str:
    """81.2 %, for rates."""
    return DASH if value is None else f"{value:.1%}".replace("%", " %")


def count(value: int) -> str:
    return f"{value:,}"


def signed(value: float) -> str:
    """+0.012, for differences."""
    return f"{value:+.3f}".replace("-", "−")


def p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def bounds(metric: Measured | None) -> str:
    """[0.790, 0.833], or nothing."""
    return "" if metric is None else f"[{metric.low:.3f}, {metric.high:.3f}]"


def why_absent(rows: int) -> str:
    """Why a number over `rows` rows is a dash."""
    if rows < FEWEST:
        return f"{rows} rows: no number is shown for fewer than {FEWEST}"
    return "not defined on these rows"
