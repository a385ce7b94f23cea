"""A plot of two scorers on the same rows, as an SVG document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from comity.evaluate.metrics import Floats
from comity.evaluate.score_map import ScoreMap

_SIDE, _LEFT, _TOP, _GAP = 260, 64, 56, 76
_MOST_POINTS = 1_500
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1f24 }
.title { font-weight: 600 }
.tick { font-size: 11px; fill: #57606a }
.frame { fill: #fff; stroke: #8c959f }
.grid { stroke: #e3e6ea }
.point { fill: #2f6fb3; fill-opacity: .3 }
.map { fill: none; stroke: #b3402f; stroke-width: 2 }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """`ours` and `theirs` are float (n,) in [0, 1]; the first 1,500 rows are drawn, and the map's line over them."""

    title: str
    ours: Floats
    theirs: Floats
    score_map: ScoreMap


def scatter(panels: Sequence[Panel], x_label: str, y_label: str) -> str:
    """The panels side by side, up to three in a row."""
    columns = max(1, min(3, len(panels)))
    rows = -(-len(panels) // columns)
    width = _LEFT + columns * (_SIDE + _GAP) - _GAP + 24
    height = _TOP + rows * (_SIDE + _TOP + 40)
    body = "".join(
        _panel(
            panel,
            _LEFT + place % columns * (_SIDE + _GAP),
            _TOP + place // columns * (_SIDE + _TOP + 40),
            x_label,
            y_label,
        )
        for place, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(x_label)} against {escape(y_label)}">'
        f'<style>{_STYLE}</style><rect width="{width}" height="{height}" fill="#fff"/>{body}</svg>\n'
    )


def _panel(panel: Panel, left: int, top: int, x_label: str, y_label: str) -> str:
    points = "".join(
        f'<circle class="point" cx="{_x(left, x)}" cy="{_y(top, y)}" r="2.2"/>'
        for x, y in zip(panel.ours[:_MOST_POINTS], panel.theirs[:_MOST_POINTS], strict=True)
    )
    line = " ".join(f"{_x(left, x)},{_y(top, y)}" for x, y in panel.score_map.knots)
    middle = left + _SIDE / 2
    return (
        f'<rect class="frame" x="{left}" y="{top}" width="{_SIDE}" height="{_SIDE}"/>'
        + "".join(_tick(left, top, value) for value in _TICKS)
        + points
        + f'<polyline class="map" points="{line}"/>'
        + f'<text class="title" x="{left}" y="{top - 12}">{escape(panel.title)}</text>'
        + f'<text x="{middle}" y="{top + _SIDE + 38}" text-anchor="middle">{escape(x_label)}</text>'
        + f'<text transform="translate({left - 40} {top + _SIDE / 2}) rotate(-90)" text-anchor="middle">'
        + f"{escape(y_label)}</text>"
    )


def _tick(left: int, top: int, value: float) -> str:
    x, y = _x(left, value), _y(top, value)
    return (
        f'<path class="grid" d="M{x} {top}v{_SIDE}M{left} {y}h{_SIDE}"/>'
        f'<text class="tick" x="{x}" y="{top + _SIDE + 17}" text-anchor="middle">{value:g}</text>'
        f'<text class="tick" x="{left - 8}" y="{y + 4}" text-anchor="end">{value:g}</text>'
    )


def _x(left: int, value: float) -> float:
    return round(left + _SIDE * float(value), 1)


def _y(top: int, value: float) -> float:
    return round(top + _SIDE * (1 - float(value)), 1)
