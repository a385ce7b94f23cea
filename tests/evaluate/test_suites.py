"""The suites of the package, and how a suite finds its rows."""

import json
import os
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import yaml

from comity.errors import InputError, NotFound
from comity.evaluate.cases import in_calibration_half, load
from comity.evaluate.reading import Reading, annotation
from comity.evaluate.suite import SECTIONS, Suite, find_suite, packaged_suites, read_suite

PACKAGED = packaged_suites()
SUITES = {name: read_suite(path) for name, path in PACKAGED.items()}
OWN = [name for name, suite in SUITES.items() if suite.scenario.texts]
DATA = Path(os.environ.get("COMITY_DATA", ""))

with_data = pytest.mark.skipif("COMITY_DATA" not in os.environ, reason="needs COMITY_DATA")


def fields_named_by(scenario):
    single = (scenario.functionality, scenario.target_group, scenario.group)
    return {*scenario.slices, *scenario.identities, *(name for name in single if name)}


def may_be_one_sided(suite):
    """Where all rows are harmful, the note says that recall is all there is."""
    return "recall" in suite.note or suite.kind == "over-sensitivity"


def check_rows(suite, cases):
    """There are rows, each target has both answers, and the fields that the suite names are there."""
    assert len(cases) > 0
    for target, truth in cases.truth.items():
        known = truth[np.isfinite(truth)]
        assert known.size, f"nobody said anything about `{target}`"
        if not may_be_one_sided(suite):
            assert {*(known >= 0.5).tolist()} == {True, False}, f"`{target}` has one answer only"
    for name in fields_named_by(suite.scenario):
        assert any(value is not None for value in cases.field(name)), f"no row has the field `{name}`"


class TestPackaged:
    """Each test lists the suites that break it."""

    def test_a_suite_is_named_as_its_file(self):
        assert [name for name, suite in SUITES.items() if suite.suite != name] == []

    def test_test_rows_fix_no_threshold_and_train_no_floor(self):
        def mixed(splits):
            return {*splits["test"]} & {*splits.get("train", ()), *splits.get("calibration", ())}

        assert [name for name, suite in SUITES.items() if mixed(suite.scenario.splits)] == []

    def test_no_target_repeats_a_criterion(self):
        assert [
            (name, target)
            for name, suite in SUITES.items()
            for target, asked in suite.scenario.targets.items()
            if len({*asked.criteria}) < len(asked.criteria)
        ] == []

    def test_what_texts_mention_is_reported(self):
        assert [
            name
            for name, suite in SUITES.items()
            if {*suite.scenario.mentions} - fields_named_by(suite.scenario)
        ] == []

    def test_texts_taken_as_harmless_count_false_alarms(self):
        def harmless(suite):
            readings = [reading for target in suite.scenario.targets.values() for reading in target.read]
            return {reading.constant for reading in readings} == {0.0}

        assert [
            name for name, suite in SUITES.items() if harmless(suite) and "false-alarms" not in suite.metrics
        ] == []

    def test_a_summary_fits_a_table(self):
        lengths = {name: len(suite.summary) for name, suite in SUITES.items()}
        assert {name: length for name, length in lengths.items() if not 20 < length <= 130} == {}
        assert [name for name, suite in SUITES.items() if "\n" in suite.summary] == []

    def test_there_is_one_of_each_kind_and_section(self):
        assert {suite.kind for suite in SUITES.values()} == {*get_args(Suite.model_fields["kind"].annotation)}
        used = {section for suite in SUITES.values() for section in suite.metrics}
        assert {*SECTIONS} - used <= {"rules"}  # which needs a community's own policy


@with_data
@pytest.mark.parametrize("name", PACKAGED)
def test_the_rows_of_a_packaged_suite_can_be_read(name):
    suite, path = SUITES[name], PACKAGED[name]
    test = load(suite, "test", path=path, data_root=DATA)
    check_rows(suite, test)
    calibration = load(suite, "calibration", path=path, data_root=DATA)
    assert not {row.id for row in test.rows} & {row.id for row in calibration.rows}
    if who := suite.scenario.annotators:
        entries = [entry for row in test.rows for entry in row.annotations]
        assert {annotation(who.read, entry) >= 0.5 for entry in entries} == {True, False}
        assert all(any(field in entry for entry in entries) for field in who.by)


@pytest.mark.parametrize("name", OWN)
def test_suites_of_own_texts_need_no_data(name):
    check_rows(SUITES[name], load(SUITES[name], "test", path=PACKAGED[name], data_root=None))


FORUM = {
    "suite": "forum",
    "summary": "Is the post rude?",
    "kind": "post",
    "scenario": {
        "data": "forum.jsonl",
        "licence": "own",
        "languages": ["en"],
        "targets": {"rude": {"read": "rude", "criteria": ["toxicity", "insult"]}},
    },
}


def forum(tmp_path, rows, **changes):
    """A suite file beside a data file. `changes` are of the scenario, or of the suite for its other parts."""
    document = json.loads(json.dumps(FORUM))
    for name, value in changes.items():
        (document if name in {"inferencer", "metrics"} else document["scenario"])[name] = value
    path = tmp_path / "forum.yaml"
    path.write_text(yaml.safe_dump(document))
    (tmp_path / "forum.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_suite(path), path


def rows_of(tmp_path, rows, split="test", cap=None, **changes):
    suite, path = forum(tmp_path, rows, **changes)
    return load(suite, split, path=path, data_root=None, cap=cap)


def row(text, rude=0, **more):
    return {"id": text, "text": text, "labels": {"rude": rude}, **more}


class TestRows:
    def test_a_missing_annotation_is_unknown_and_not_a_no(self, tmp_path):
        cases = rows_of(tmp_path, [row("you walnut", 1), row("lovely day"), {"text": "hm", "labels": {}}])
        np.testing.assert_equal(cases.truth["rude"], [1, 0, np.nan])

    def test_fields_come_from_columns_extra_and_labels(self, tmp_path):
        more = {"extra": json.dumps({"topic": "pruning"}), "lang": "en", "labels": json.dumps({"rude": 0.25})}
        cases = rows_of(tmp_path, [row("lovely day") | more])
        assert cases.truth["rude"].tolist() == [0.25]
        assert [cases.field(name) for name in ("topic", "lang", "colour")] == [["pruning"], ["en"], [None]]

    def test_only_the_wanted_rows_of_the_split_are_read(self, tmp_path):
        cases = rows_of(
            tmp_path,
            [
                row("kept", lang="en-GB", role="comment", topic="roses"),
                row("for training", lang="en", role="comment", topic="roses", split="train"),
                row("another language", lang="de", role="comment", topic="roses"),
                row("another role", lang="en", role="post", topic="roses"),
                row("another topic", lang="en", role="comment", topic="moles"),
                row(" ", lang="en", role="comment", topic="roses"),
            ],
            languages=["en"],
            roles=["comment"],
            where={"topic": ["roses"]},
        )
        assert cases.texts == ["kept"]
        assert cases.items[0].role == "comment"

    def test_calibration_and_training_share_no_row_of_one_split(self, tmp_path):
        rows = [row(f"post {number}", split="train") for number in range(60)]
        halves = {
            split: rows_of(
                tmp_path, rows, split, splits={"train": ["train"], "calibration": ["train"], "test": ["test"]}
            ).texts
            for split in ("train", "calibration")
        }
        assert sorted(halves["train"] + halves["calibration"]) == sorted(row["text"] for row in rows)
        assert all(in_calibration_half(text) for text in halves["calibration"])
        assert not any(in_calibration_half(text) for text in halves["train"])

    def test_a_cap_draws_the_same_rows_whatever_their_order(self, tmp_path):
        rows = [row(f"post {number}") for number in range(40)]
        first = rows_of(tmp_path, rows, cap=5)
        again = rows_of(tmp_path, rows[::-1], cap=5)
        assert (len(first), first.of) == (5, 40)
        assert {*first.texts} == {*again.texts}

    def test_mentions_are_whole_words_in_any_case(self, tmp_path):
        cases = rows_of(
            tmp_path,
            [row("A Muslim baker"), row("muslin curtains"), row("the middle eastern shop")],
            mentions={"Muslim": ["muslim", "muslims"], "Middle Eastern": ["middle eastern"]},
        )
        assert cases.field("Muslim") == [1, 0, 0]
        assert cases.field("Middle Eastern") == [0, 0, 1]

    def test_the_thread_is_given_only_where_the_suite_wants_it(self, tmp_path):
        rows = [row("and how?", context=["hello", "hi, how can I help?"], role="prompt")]
        assert rows_of(tmp_path, rows).items[0].thread == ()
        before = rows_of(tmp_path, rows, inferencer={"thread": True}).items[0].thread
        assert [(item.role, item.parts[0].text) for item in before] == [
            ("prompt", "hello"),
            ("response", "hi, how can I help?"),
        ]

    def test_spans_nobody_was_asked_for_differ_from_none_marked(self, tmp_path):
        cases = rows_of(tmp_path, [row("you walnut", 1, spans="[[4, 10]]"), row("hi", spans="[]"), row("ho")])
        assert [case.spans for case in cases.rows] == [((4, 10),), (), None]

    def test_a_packaged_suite_may_be_named_after_its_texts(self):
        suite, path = find_suite("smoke")
        assert path.name == suite.scenario.texts
        assert len(load(suite, "test", path=path, data_root=None))

    def test_missing_data_says_what_to_set(self, tmp_path):
        suite, path = forum(tmp_path, [], data="nowhere.jsonl")
        with pytest.raises(InputError, match="COMITY_DATA"):
            load(suite, "test", path=path, data_root=tmp_path)


class TestMistakes:
    def test_all_of_a_suite_are_told_at_once(self, tmp_path):
        path = tmp_path / "wrong.yaml"
        path.write_text(
            yaml.safe_dump(
                FORUM | {"kind": "opera", "scenario": FORUM["scenario"] | {"targets": {}, "colour": "green"}}
            )
        )
        with pytest.raises(InputError) as caught:
            read_suite(path)
        assert all(part in str(caught.value) for part in ("kind", "scenario.targets", "scenario.colour"))

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"targets": {"rude": {"read": "rude", "criteria": ["rudeness"]}}}, "no such category: rudeness"),
            ({"texts": "smoke.yaml"}, "either `data` or `texts`"),
            ({"metrics": ["targets", "classes"]}, "metric `classes`"),
            ({"slices": ["topic"]}, "metric `slices`"),
            (
                {"targets": {"rude": {"read": {"any": ["a"], "field": "b"}, "criteria": ["hate"]}}},
                "exactly one",
            ),
        ],
    )
    def test_what_does_not_fit_together_is_refused(self, tmp_path, change, said):
        with pytest.raises(InputError, match=said):
            forum(tmp_path, [], **change)

    def test_an_unknown_name_points_to_the_list(self):
        with pytest.raises(NotFound, match="comity evaluate list"):
            find_suite("no-such-suite")


@pytest.mark.parametrize(
    ("reading", "fields", "said"),
    [
        ({"field": "share"}, {"share": 0.25}, 0.25),
        ({"field": "share"}, {"share": 1.5}, 1.0),
        ({"field": "share"}, {}, None),
        ({"field": "share", "absent": 0}, {}, 0.0),
        ({"field": "safe", "invert": True}, {"safe": 0}, 1.0),
        ({"field": "stars", "above": 3}, {"stars": 3}, 1.0),
        ({"field": "stars", "above": 3}, {"stars": 2.9}, 0.0),
        ({"field": "kind", "values": {"spam": 1, "ham": 0}}, {"kind": "ham"}, 0.0),
        ({"field": "kind", "values": {"spam": 1}}, {"kind": "eggs"}, None),
        ({"field": "kind", "values": {"spam": 1}, "others": 0}, {"kind": "eggs"}, 0.0),
        ({"any": ["a", "b"]}, {"a": 0, "b": 1}, 1.0),
        ({"any": ["a", "b"]}, {"b": 1}, 1.0),
        ({"any": ["a", "b"]}, {"a": 0, "b": 0}, 0.0),
        ({"any": ["a", "b"]}, {"a": 0}, None),
        ({"any": ["a", "b"], "absent": 0}, {"a": 0}, 0.0),
        ({"mean": ["a", "b", "c"]}, {"a": 0, "b": 1}, 0.5),
        ({"mean": ["a", "b"]}, {}, None),
    ],
)
def test_a_reading(reading, fields, said):
    assert Reading.model_validate(reading).read(fields) == said
