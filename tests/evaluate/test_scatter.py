"""The plot is a well-formed SVG document with a panel for each attribute."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from comity.evaluate.scatter import Panel, scatter
from comity.evaluate.score_map import ScoreMap

SVG = "{http://www.w3.org/2000/svg}"


def test_each_row_is_a_point_and_each_map_a_line():
    scores = np.array([0.0, 0.5, 1.0])
    panels = [Panel(f"<{name}>", scores, scores, ScoreMap()) for name in ("A", "B", "C", "D")]
    drawing = ElementTree.fromstring(scatter(panels, "ours & theirs", "theirs"))
    assert len(drawing.findall(f"{SVG}circle")) == 12
    assert len(drawing.findall(f"{SVG}polyline")) == 4
    titles = [text.text for text in drawing.findall(f"{SVG}text") if text.get("class") == "title"]
    assert titles == ["<A>", "<B>", "<C>", "<D>"]


def test_everything_lies_inside_the_drawing():
    scores = np.array([0.0, 1.0])
    drawing = ElementTree.fromstring(scatter([Panel("A", scores, scores, ScoreMap())] * 5, "x", "y"))
    width, height = float(drawing.get("width", 0)), float(drawing.get("height", 0))
    for point in drawing.findall(f"{SVG}circle"):
        assert 0 <= float(point.get("cx", -1)) <= width
        assert 0 <= float(point.get("cy", -1)) <= height
