"""Small SVG drawings for a page. They take their colours from its style sheet and hold no text of a row.

Two sorts: square plots with axes, and plots one line high that stand beside the number in a table, on the scale 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from markupsafe import Markup, escape

from comity.evaluate.metrics import FEWEST
from comity.evaluate.report.numbers import percent, plain
from comity.evaluate.result import Bin, Calibrated, Operating, Points, TargetResult
from comity.models.card import Measured

# Twice the size of what is shown, so that whole numbers are exact enough and pages stay small.
_LEFT, _TOP, _SIDE = 98, 16, 308
_WIDTH, _HEIGHT = _LEFT + _SIDE + 20, _TOP + _SIDE + 72
_ROW = 120
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_CEILINGS = (0.04, 0.1, 0.2, 0.4, 1.0)


def definitions() -> Markup:
    """What square plots share; a page has it once, before the first of them."""
    grid = "".join(f"M{_x(at)} {_TOP}v{_SIDE}M{_LEFT} {_y(at)}h{_SIDE}" for at in _TICKS)
    return Markup(
        f'<svg class="definitions" width="0" height="0" aria-hidden="true"><defs><g id="grid"><path class="grid" '
        f'd="{grid}"/>{_x_ticks()}</g><g id="unit">{_y_ticks(1.0)}</g></defs></svg>'
    )


def precision_recall(target: TargetResult) -> Markup:
    """The curve, the floor of flagging everything, and where the fixed and the best threshold lie on it."""
    marks = _operating(target.oracle, "hollow", 10) + _operating(target.operating, "dot", 7)
    label = f"Precision against recall. AUPRC {plain(target.auprc.value if target.auprc else None)}"
    return _square(
        label,
        "recall",
        "precision",
        _use("unit")
        + f'<path class="floor" d="M{_LEFT} {_y(target.prevalence)}h{_SIDE}"/>'
        + _line("curve", target.pr_curve)
        + marks,
    )


def reliability(before: Calibrated | None, after: Calibrated | None) -> Markup:
    """Share of positives against mean score; a well calibrated judge lies on the diagonal."""
    label = "Share of positives against score. ECE " + ", ".join(
        f"{name} calibration {plain(one.ece)}" for name, one in (("before", before), ("after", after)) if one
    )
    body = _use("unit") + f'<path class="floor" d="M{_LEFT} {_y(0)}L{_x(1)} {_y(1)}"/>'
    if before is not None:
        body += _bins("other", before.bins)
    if after is not None:
        body += _bins("curve", after.bins)
    return _square(label, "score", "share of positives", body)


def risk_coverage(points: Points) -> Markup:
    """Share of wrong decisions among the surest rows, against how many rows those are."""
    highest = max((risk for _, risk in points), default=1.0)
    ceiling = next(ceiling for ceiling in _CEILINGS if highest <= ceiling)
    at_all = points[-1][1] if points else None
    return _square(
        f"Share of errors against share of rows decided. With all rows decided: {percent(at_all)}",
        "rows decided, surest first",
        "errors among them",
        _y_ticks(ceiling) + _line("curve", [(x, y / ceiling) for x, y in points]),
    )


def dot(metric: Measured | None, floor: float | None = None) -> Markup:
    """A value with its interval, and a tick where the floor is."""
    if metric is None:
        return Markup("")
    body = _path("track", f"M0 6h{_ROW}")
    if floor is not None:
        body += _path("floor-tick", f"M{_at(floor)} 0v12")
    return _row(body + _span(metric) + _circle("dot", metric.value))


def bar(metric: Measured | float | None) -> Markup:
    """A rate as a bar, with its interval if it has one."""
    if metric is None:
        return Markup("")
    value = metric.value if isinstance(metric, Measured) else metric
    body = _path("back", f"M0 6h{_ROW}") + _path("fill", f"M0 6h{_at(value)}")
    return _row(body + (_span(metric) if isinstance(metric, Measured) else ""))


def dumbbell(clean: Measured | None, now: Measured | None, worst: Measured | None) -> Markup:
    """From recall on clean text (ring) to recall on disguised text (dot); the tick is the worst of all draws."""
    if clean is None or now is None:
        return Markup("")
    body = _path("track", f"M0 6h{_ROW}")
    if worst is not None:
        body += _path("worst", f"M{_at(worst.value)} 1v10")
    body += _path("span", f"M{_at(clean.value)} 6H{_at(now.value)}")
    return _row(body + _circle("hollow", clean.value) + _circle("dot", now.value))


def difference(metric: Measured, limit: float) -> Markup:
    """A difference with its interval, on a scale from −limit to +limit with zero in the middle."""
    low, value, high = ((part / limit + 1) / 2 for part in (metric.low, metric.value, metric.high))
    moved = Measured(value=value, low=low, high=high)
    body = _path("track", f"M0 6h{_ROW}") + _path("floor-tick", f"M{_ROW / 2:g} 0v12")
    return _row(body + _span(moved) + _circle("dot", value))


def _square(label: str, x_label: str, y_label: str, body: str) -> Markup:
    middle = _LEFT + _SIDE / 2
    return Markup(
        f'<svg class="square" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f'{_use("grid")}<text class="tick" x="{middle:g}" y="{_HEIGHT - 8}" text-anchor="middle">{x_label}</text>'
        f'<text class="tick" transform="translate(22 {_TOP + _SIDE / 2:g}) rotate(-90)" text-anchor="middle">'
        f"{y_label}</text>{body}</svg>"
    )


def _row(body: str) -> Markup:
    return Markup(f'<svg class="row" viewBox="-4 0 {_ROW + 8} 12" aria-hidden="true">{body}</svg>')


def _operating(operating: Operating | None, css: str, radius: float) -> str:
    if operating is None or operating.recall is None or operating.precision is None:
        return ""
    return f'<g class="{css}">{_mark(operating.recall.value, operating.precision.value, radius)}</g>'


def _bins(css: str, bins: Sequence[Bin]) -> str:
    """A dot for each bin, joined where the bins have enough rows for a rate."""
    most = max((one.rows for one in bins), default=1)
    sure = [one for one in bins if one.rows >= FEWEST]
    marks = "".join(_mark(one.score, one.share, 2 + 6 * sqrt(one.rows / most)) for one in sure)
    faint = "".join(_mark(one.score, one.share, 3) for one in bins if one.rows < FEWEST)
    line = _line(css, [(one.score, one.share) for one in sure])
    return f'{line}<g class="{css}">{marks}</g><g class="{css} faint">{faint}</g>'


def _line(css: str, points: Sequence[tuple[float, float]]) -> str:
    return _path(f"{css} line", "M" + " ".join(f"{_x(x)} {_y(y)}" for x, y in points)) if points else ""


def _mark(x: float, y: float, radius: float) -> str:
    return f'<circle cx="{_x(x)}" cy="{_y(y)}" r="{radius:.0f}"/>'


def _span(metric: Measured) -> str:
    return _path("span", f"M{_at(metric.low)} 6H{_at(metric.high)}")


def _circle(css: str, value: float) -> str:
    return f'<circle class="{css}" cx="{_at(value)}" cy="6" r="3.5"/>'


def _path(css: str, d: str) -> str:
    return f'<path class="{css}" d="{d}"/>'


def _use(name: str) -> str:
    return f'<use href="#{name}"/>'


def _x_ticks() -> str:
    return "".join(
        f'<text class="tick" x="{_x(at)}" y="{_TOP + _SIDE + 26}" text-anchor="middle">{at:g}</text>'
        for at in _TICKS
    )


def _y_ticks(ceiling: float) -> str:
    return "".join(
        f'<text class="tick" x="{_LEFT - 10}" y="{int(_y(at)) + 6}" text-anchor="end">{at * ceiling:.3g}</text>'
        for at in _TICKS
    )


def _x(value: float) -> str:
    return f"{_LEFT + _SIDE * _within(value):.0f}"


def _y(value: float) -> str:
    return f"{_TOP + _SIDE * (1 - _within(value)):.0f}"


def _at(value: float) -> str:
    return f"{_ROW * _within(value):.1f}"


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
