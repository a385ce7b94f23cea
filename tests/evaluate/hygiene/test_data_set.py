"""Rows of one question, from suite files beside their data."""

import json

import pytest
import yaml

from comity.errors import NotFound
from comity.evaluate.hygiene.data_set import joined, linear_scores, once_each, read_data_set
from comity.evaluate.suite import find_suite

RUDE, KIND = "you are a complete idiot", "what a lovely garden"


def suite(folder, name, rows, splits=None):
    """Rows are split, rude."""
    path = folder / f"{name}.yaml"
    scenario = {
        "data": f"{name}.jsonl",
        "licence": "own",
        "languages": ["en"],
        "targets": {"rude": {"read": "rude", "criteria": ["toxicity"]}},
    }
    if splits:
        scenario["splits"] = splits
    path.write_text(
        yaml.safe_dump({"suite": name, "summary": "Is it rude?", "kind": "post", "scenario": scenario})
    )
    lines = [
        {
            "id": f"{name}-{number}",
            "text": f"{RUDE if rude else KIND} {number}",
            "split": split,
            "labels": {} if rude is None else {"rude": rude},
        }
        for number, (split, rude) in enumerate(rows)
    ]
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_training_and_test_rows_are_those_of_the_suite(tmp_path):
    path = suite(tmp_path, "forum", [("train", 1), ("train", 0), ("test", 1), ("validation", 0)])
    read = read_data_set("the forum", {path: "rude"}, None, most=10)
    assert read.name == "the forum"
    assert sorted(read.train.texts) == [f"{KIND} 1", f"{RUDE} 0"]
    assert (read.test.texts, read.test.truth.tolist(), read.test.positives) == ((f"{RUDE} 2",), [1.0], 1)


def test_rows_without_an_annotation_are_left_out(tmp_path):
    path = suite(tmp_path, "forum", [("train", 1), ("train", 0), ("train", None), ("test", None)])
    read = read_data_set("forum", {path: "rude"}, None, most=10)
    assert (len(read.train.texts), len(read.test.texts)) == (2, 0)


def test_suites_share_the_rows_evenly(tmp_path):
    rows = [(split, rude) for split in ("train", "test") for rude in (0, 1) for _ in range(30)]
    suites = {suite(tmp_path, name, rows): "rude" for name in ("forum", "chat")}
    read = read_data_set("both", suites, None, most=20)
    assert (len(read.train.texts), len(read.test.texts)) == (20, 20)


def test_without_training_rows_the_calibration_half_teaches(tmp_path):
    rows = [("validation", number % 2) for number in range(60)]
    read = read_data_set("forum", {suite(tmp_path, "forum", rows): "rude"}, None, most=100)
    assert 15 < len(read.train.texts) < 45


@pytest.mark.parametrize("rows", [[], [("train", 1), ("train", 1), ("test", 0)]])
def test_one_kind_of_training_rows_teaches_nothing(tmp_path, rows):
    assert read_data_set("forum", {suite(tmp_path, "forum", rows): "rude"}, None, most=10) is None


def test_an_unknown_target_is_named(tmp_path):
    path = suite(tmp_path, "forum", [("train", 1)])
    with pytest.raises(NotFound, match="no target `polite`"):
        read_data_set("forum", {path: "polite"}, None, most=10)


def test_the_baseline_learns_from_the_training_rows(tmp_path):
    rows = [(split, number % 2) for split in ("train", "test") for number in range(20)]
    read = read_data_set("forum", {suite(tmp_path, "forum", rows): "rude"}, None, most=100)
    scores = linear_scores(joined([read.train, None]), read.test.texts, seed=0)
    assert scores[read.test.truth == 1].min() > scores[read.test.truth == 0].max()


def test_rows_that_several_suites_read_count_once_and_plainly():
    names = ["camouflage", "hatexplain", "context-toxicity-in-thread", "context-toxicity", "over-sensitivity"]
    assert [one.suite for one in once_each(find_suite(name)[0] for name in names)] == [
        "context-toxicity",
        "hatexplain",
    ]


def test_rows_in_another_language_of_one_file_are_other_rows():
    names = ["kn-macd", "ml-macd"]
    assert [one.suite for one in once_each(find_suite(name)[0] for name in names)] == names
