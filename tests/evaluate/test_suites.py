"""The suites of the package, and how a suite finds its rows."""

import json
from typing import get_args

import numpy as np
import pytest
import yaml
from tools.check_suites import fields_named_by, mistakes

from comity.errors import InputError, NotFound
from comity.evaluate.cases import in_calibration_half, load
from comity.evaluate.reading import Reading
from comity.evaluate.suite import SECTIONS, Suite, find_suite, packaged_suites, read_suite
from comity.evaluate.suite_rows import Options, load_suite

PACKAGED = packaged_suites()
SUITES = {name: read_suite(path) for name, path in PACKAGED.items()}
OWN = [name for name, suite in SUITES.items() if suite.scenario.texts]


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
            name for name, suite in SUITES.items() if {*suite.scenario.mentions} - fields_named_by(suite)
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


@pytest.mark.parametrize("name", OWN)
def test_suites_of_own_texts_need_no_data(name):
    test, calibration = (
        load(SUITES[name], split, path=PACKAGED[name], data_root=None) for split in ("test", "calibration")
    )
    assert [*mistakes(SUITES[name], test, calibration)] == []


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


class TestTables:
    """The same rows as CSV."""

    def load(self, tmp_path, table):
        suite, path = forum(tmp_path, [], data="forum.csv")
        (tmp_path / "forum.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
        return load(suite, "test", path=path, data_root=None)

    def test_a_text_of_digits_stays_a_text(self, tmp_path):
        cases = self.load(tmp_path, "id,text,rude\n007,911,1\n8,0.5,0\n")
        assert cases.texts == ["911", "0.5"]
        assert [case.id for case in cases.rows] == ["007", "8"]
        assert cases.truth["rude"].tolist() == [1, 0]

    def test_an_empty_cell_says_nothing(self, tmp_path):
        cases = self.load(tmp_path, "id,text,rude\n1,Hello,\n2,Hi,0\n")
        np.testing.assert_equal(cases.truth["rude"], [np.nan, 0])

    @pytest.mark.parametrize(
        ("table", "told"),
        [
            (
                "id,text,rude\n1,Hello,0\n2,Hi,often\n",
                "row `2` answers `rude` with something that is no number",
            ),
            ("id,body,rude\n1,Hello,0\n", "no column `text`"),
            ("id,text,rude\n1,Hello \u00e9,0\n".encode("latin-1"), "not in UTF-8"),
        ],
    )
    def test_a_mistake_is_told_with_its_place_and_without_the_text(self, tmp_path, table, told):
        with pytest.raises(InputError, match=told) as caught:
            self.load(tmp_path, table)
        assert str(tmp_path) in caught.value.where
        assert "Hello" not in str(caught.value)

    def test_rows_whose_text_stands_in_another_column_are_no_test_rows(self, tmp_path):
        suite, path = forum(tmp_path, [{"id": "1", "body": "Hello", "rude": 0}])
        with pytest.raises(InputError, match="whether `text` is filled"):
            load_suite(suite, path, Options())

    def test_a_line_that_is_no_json_object_is_told_with_its_number(self, tmp_path):
        suite, path = forum(tmp_path, [row("Hello")])
        with (tmp_path / "forum.jsonl").open("a") as lines:
            lines.write("[1]\n")
        with pytest.raises(InputError, match=r"no JSON object \(.*forum.jsonl:2\)"):
            load(suite, "test", path=path, data_root=None)

    @pytest.mark.parametrize(
        ("broken", "told"),
        [
            ({"labels": "{rude: 1}"}, "`labels` or `extra`"),
            ({"spans": "[4, 10]"}, "`spans`"),
            ({"context": "[idiot"}, "`context`"),
            ({"annotations": ["often"]}, "an annotator whose answer is no number"),
            ({"annotations": [{"rude": "often"}]}, "an annotator whose answer is no number"),
        ],
    )
    def test_a_field_that_cannot_be_read_is_told_with_its_row(self, tmp_path, broken, told):
        rows = [row("lovely day"), row("Hello", 1) | {"id": "17"} | broken]
        asked = {"annotators": {"target": "rude", "read": "rude"}, "metrics": ["targets", "annotators"]}
        with pytest.raises(InputError, match=f"row `17` .*{told}") as caught:
            rows_of(tmp_path, rows, inferencer={"thread": True}, **asked)
        assert not any(word in str(caught.value) for word in ("Hello", "often", "idiot"))

    def test_what_is_no_parquet_file_is_told(self, tmp_path):
        suite, path = forum(tmp_path, [], data="forum.parquet")
        (tmp_path / "forum.parquet").write_text("id,text\n")
        with pytest.raises(InputError, match="no Parquet file"):
            load(suite, "test", path=path, data_root=None)


@pytest.mark.parametrize(
    ("rows", "changes", "told"),
    [
        ([row("you walnut", 1), row("lovely day")], {}, []),
        ([], {}, ["it has no test rows", "nobody said anything about `rude`"]),
        ([row("lovely day")], {}, ["`rude` has one answer only"]),
        (
            [row("you walnut", 1), row("lovely day")],
            {"slices": ["topic"], "metrics": ["targets", "slices"]},
            ["no row has the field `topic`"],
        ),
        (
            [row("you walnut", 1), row("lovely day"), row("lovely day", split="validation")],
            {"splits": {"test": ["test"], "calibration": ["validation"]}},
            ["1 test rows calibrate"],
        ),
        (
            [row("you walnut", 1, annotations=[{"rude": 1}]), row("lovely day")],
            {
                "annotators": {"target": "rude", "read": "rude", "by": ["age"]},
                "metrics": ["targets", "annotators"],
            },
            ["its annotators give one answer only", "no annotation has the field `age`"],
        ),
    ],
)
def test_the_tool_that_checks_suites_finds_what_is_wrong_with_their_rows(tmp_path, rows, changes, told):
    suite, path = forum(tmp_path, rows, **changes)
    test, calibration = (load(suite, split, path=path, data_root=None) for split in ("test", "calibration"))
    assert [*mistakes(suite, test, calibration)] == told


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
        ({"field": "share"}, {"share": np.nan}, None),
        ({"field": "kind", "values": {"spam": 1}, "others": 0}, {"kind": np.nan}, None),
        ({"any": ["a", "b"]}, {"a": 0, "b": np.nan}, None),
        ({"mean": ["a", "b"]}, {"a": 1, "b": np.nan}, 1.0),
        ({"any": ["a", "b"]}, {"a": "0", "b": "0.0"}, 0.0),
    ],
)
def test_a_reading(reading, fields, said):
    assert Reading.model_validate(reading).read(fields) == said


@pytest.mark.parametrize("reading", [{"field": "a"}, {"any": ["a", "b"]}, {"mean": ["a", "b"]}])
def test_a_word_is_no_number(reading):
    with pytest.raises(ValueError, match="often"):
        Reading.model_validate(reading).read({"a": "often", "b": 1})
