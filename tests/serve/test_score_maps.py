"""Score maps are read from a file strictly, and the packaged ones belong to the packaged model."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.errors import InputError
from comity.evaluate.score_map import ScoreMap
from comity.models import find
from comity.serve.perspective.score_maps import ScoreMaps

STEEP = ScoreMap(((0.0, 0.0), (0.25, 0.75), (1.0, 1.0)))


def test_the_packaged_maps_were_fitted_to_the_packaged_model():
    """If not: python tools/fit_perspective_map.py --data FOLDER."""
    model = find("english-v2")
    expected = f"{model.card.name} {model.card.version} {model.digest[:12]}"
    assert ScoreMaps.load().fitted_to == expected


@pytest.mark.parametrize(
    "attribute",
    ["TOXICITY", "SEVERE_TOXICITY", "INSULT", "PROFANITY", "IDENTITY_ATTACK", "THREAT", "SEXUALLY_EXPLICIT"],
)
def test_the_production_attributes_have_a_packaged_map(attribute: str):
    assert ScoreMaps.load().of(attribute) != ScoreMap()


def test_an_attribute_without_a_map_keeps_our_score():
    assert ScoreMaps.load().of("SPAM")(0.4) == 0.4


def test_what_is_written_is_read_back(tmp_path: Path):
    file = tmp_path / "maps.yaml"
    file.write_text(ScoreMaps({"INSULT": STEEP}, "a test").text("A comment."))
    read = ScoreMaps.read(file)
    assert (read.of("INSULT"), read.fitted_to) == (STEEP, "a test")


def test_a_site_s_own_map_takes_the_place_of_the_packaged_one_only(tmp_path: Path):
    file = tmp_path / "maps.yaml"
    file.write_text(ScoreMaps({"INSULT": STEEP}, "a test").text("A comment."))
    maps = ScoreMaps.load(file)
    assert maps.of("INSULT_EXPERIMENTAL") == STEEP
    assert maps.of("TOXICITY") == ScoreMaps.load().of("TOXICITY")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "no file of score maps"),
        ("{", "no file of score maps"),
        ("\x00", "no file of score maps"),
        ("version: 2\nfitted_to: x\nattributes: {}", "no file of score maps"),
        ("version: 1\nfitted_to: x\nattributes: {INSULT: [[0, 0], [1]]}", "no file of score maps"),
        ("version: 1\nfitted_to: x\nattributes: {INSULT: [[0, 0], [1, 0.5]]}", "must rise"),
        ("version: 1\nfitted_to: x\nattributes: {KINDNESS: [[0, 0], [1, 1]]}", "no attribute `KINDNESS`"),
    ],
)
def test_a_file_with_mistakes_says_what_is_wrong(tmp_path: Path, content: str, what: str):
    file = tmp_path / "maps.yaml"
    file.write_text(content)
    with pytest.raises(InputError, match=what) as caught:
        ScoreMaps.load(file)
    assert caught.value.where == str(file)
