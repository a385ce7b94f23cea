"""A whole evaluation, on a data set and with a judge of our own making."""

import json

import numpy as np
import pytest

from comity.errors import InputError
from comity.evaluate.result import Duplicates
from comity.evaluate.run import evaluate
from comity.evaluate.run_folder import RunFolder
from comity.evaluate.subjects import open_subject
from comity.evaluate.suite import find_suite, read_suite
from comity.evaluate.suite_rows import Options

SUITE = """
suite: {name}
summary: Is it an insult?
kind: post
scenario:
  data: {data}
  licence: CC0
  languages: [en]
  targets:
    insult: {{read: insult, criteria: [insult]}}
  slices: [site]
metrics: [targets, slices]
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def suite(tmp_path):
    """Writes a suite with a CSV file of 60 training, 120 validation and 90 test rows."""

    def write(name="garden", data=None):
        lines = ["id,text,split,insult,site"]
        for split, rows in (("train", 60), ("validation", 120), ("test", 90)):
            for row in range(rows):
                text = f"You are a walnut {row}" if row % 3 == 0 else f"Nice roses {row}"
                lines.append(f"{split}-{row},{text},{split},{int(row % 3 == 0)},{'ab'[row % 2]}")
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        path = tmp_path / f"{name}.yaml"
        path.write_text(SUITE.format(name=name, data=data or f"{name}.csv"), encoding="utf-8")
        return read_suite(path), path

    return write


class Judge:
    """Wraps the judge of walnuts and counts the rows of suites that it was asked; `after` that many it is stopped."""

    remote = True
    """Else measuring what it costs would take a second of every test."""
    learned_from = frozenset()

    def __init__(self, after=None):
        self._judge = open_subject("python:tests.evaluate.walnuts:score")
        self.asked, self.after = 0, after
        self.name, self.version = self._judge.name, self._judge.version

    def answer(self, items):
        self.asked += sum(item.id.startswith(("test", "validation")) for item in items)
        if self.after is not None and self.asked > self.after:
            raise KeyboardInterrupt
        return self._judge.answer(items)

    def under(self, policy):
        return self

    def megabytes(self):
        return None


def test_a_run_measures_a_judge_beside_floors_and_by_slice(suite, tmp_path):
    judge = Judge()
    judge.remote = False
    report = evaluate(judge, [suite()], RunFolder(tmp_path / "run"), Options(data_root=tmp_path))
    found = report.suite("garden").target("insult")
    assert (found.rows, found.positives) == (90, 30)
    assert found.auprc.value == 1.0
    assert found.operating.f1.value == 1.0
    assert {floor.name for floor in found.floors} == {"flag all", "flag none", "word list", "TF-IDF + LR"}
    assert {(part.field, part.value) for part in found.slices} == {("site", "a"), ("site", "b")}
    assert report.cost.per_cpu_second > 0
    kept = RunFolder(tmp_path / "run").report()
    assert kept.model_dump_json() == report.model_dump_json()


def test_row_scores_are_kept_for_comparisons(suite, tmp_path):
    folder = RunFolder(tmp_path / "run")
    evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path))
    rows = folder.scores("garden")
    assert len(rows.ids) == 90
    assert np.array_equal(rows.truth["insult"], rows.score["insult"] > 0.5)


def test_a_suite_whose_data_taught_the_judge_is_marked(suite, tmp_path):
    judge = Judge()
    judge.learned_from = {"garden.csv"}
    report = evaluate(judge, [suite(), suite("other")], RunFolder(tmp_path / "run"), Options())
    assert [(found.suite, found.seen) for found in report.suites] == [("garden", True), ("other", False)]


def test_an_interrupted_run_goes_on_with_what_is_missing(suite, tmp_path):
    suites = [suite("first"), suite("second")]
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        evaluate(Judge(after=160), suites, folder, Options(data_root=tmp_path))
    again = Judge()
    report = evaluate(again, suites, folder, Options(data_root=tmp_path))
    assert [part.suite for part in report.suites] == ["first", "second"]
    whole = Judge()
    evaluate(whole, suites, RunFolder(tmp_path / "other"), Options(data_root=tmp_path))
    assert again.asked < whole.asked


class TestRunAgain:
    @pytest.fixture
    def folder(self, suite, tmp_path):
        """A finished run of two suites."""
        folder = RunFolder(tmp_path / "run")
        evaluate(Judge(), [suite("first"), suite("second")], folder, Options(data_root=tmp_path))
        return folder

    @pytest.fixture
    def asked(self, folder, tmp_path):
        """Runs both again and tells for how many of them the judge was asked."""

        def asked():
            judge = Judge()
            suites = [find_suite(str(tmp_path / f"{name}.yaml")) for name in ("first", "second")]
            report = evaluate(judge, suites, folder, Options(data_root=tmp_path))
            assert [part.suite for part in report.suites] == ["first", "second"]
            assert folder.report().model_dump_json() == report.model_dump_json()
            return judge.asked / (report.suites[0].rows + report.suites[0].calibration_rows)

        return asked

    def test_what_is_finished_is_asked_no_more(self, asked):
        assert asked() == 0

    def test_a_suite_whose_document_changed_is_asked_again_and_the_other_is_not(
        self, asked, folder, tmp_path
    ):
        document = tmp_path / "first.yaml"
        document.write_text(document.read_text().replace("Is it an insult?", "Is it rude?"))
        assert asked() == 1
        assert folder.report().suite("first").summary == "Is it rude?"
        assert asked() == 0

    def test_a_suite_whose_data_changed_is_asked_again(self, asked, folder, tmp_path):
        data = tmp_path / "second.csv"
        data.write_text(
            data.read_text().replace("test-0,You are a walnut 0,test,1", "test-0,Hello there,test,0")
        )
        assert asked() == 1
        assert folder.report().suite("second").target("insult").positives == 29

    @pytest.mark.parametrize("kept", ["", '{"suite": "first", "colour": "green"}'])
    def test_a_result_that_cannot_be_read_is_asked_for_again(self, asked, folder, kept):
        (folder.path / "suites" / "first.json").write_text(kept)
        assert asked() == 1

    def test_a_result_from_before_suites_had_a_digest_is_asked_for_again(self, asked, folder):
        file = folder.path / "suites" / "first.json"
        old = json.loads(file.read_text())
        del old["digest"]
        file.write_text(json.dumps(old))
        assert asked() == 1

    def test_a_report_of_another_version_is_written_anew(self, asked, folder):
        (folder.path / "report.json").write_text("{}")
        assert asked() == 0

    def test_a_mark_that_cannot_be_read_is_no_mark_of_this_run(self, asked, folder):
        (folder.path / "run.json").write_text("{")
        with pytest.raises(InputError, match="another run"):
            asked()


def test_near_duplicates_that_were_counted_stay_in_the_report(suite, tmp_path):
    folder = RunFolder(tmp_path / "run")
    report = evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path))
    found = Duplicates(train="garden", test="garden", test_rows=90, near=2, exact=1)
    folder.finish(report.model_copy(update={"duplicates": (found,)}))
    again = evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path))
    assert again.duplicates == (found,)


def test_a_folder_does_not_mix_runs(suite, tmp_path):
    folder = RunFolder(tmp_path / "run")
    evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path))
    with pytest.raises(InputError, match="another run"):
        evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path, cap=50))


def test_the_cap_draws_the_same_rows_every_time(suite, tmp_path):
    ids = []
    for name in ("one", "two"):
        folder = RunFolder(tmp_path / name)
        report = evaluate(Judge(), [suite()], folder, Options(data_root=tmp_path, cap=40))
        ids.append(folder.scores("garden").ids)
    assert ids[0] == ids[1]
    assert (report.suite("garden").rows, report.suite("garden").sampled_from) == (40, 90)


def test_a_suite_without_its_data_is_left_out_and_said(suite, tmp_path):
    suites = [suite(), suite("lost", data="nowhere.csv")]
    report = evaluate(Judge(), suites, RunFolder(tmp_path / "run"), Options(data_root=tmp_path))
    assert [part.suite for part in report.suites] == ["garden"]
    assert "lost" in report.notes[0]


def test_an_error_of_the_judge_stops_the_run_and_leaves_no_suite_out(suite, tmp_path):
    class Broken(Judge):
        def answer(self, items):
            raise InputError("the judge takes no such text")

    folder = RunFolder(tmp_path / "run")
    with pytest.raises(InputError, match="takes no such text"):
        evaluate(Broken(), [suite()], folder, Options(data_root=tmp_path))
    assert not (folder.path / "report.json").exists()


def test_without_any_suite_there_is_no_report(suite, tmp_path):
    with pytest.raises(InputError, match="no suite could be run"):
        evaluate(
            Judge(),
            [suite("lost", data="nowhere.csv")],
            RunFolder(tmp_path / "run"),
            Options(data_root=tmp_path),
        )


def test_progress_counts_to_the_end(suite, tmp_path):
    seen = []
    evaluate(
        Judge(),
        [suite()],
        RunFolder(tmp_path / "run"),
        Options(data_root=tmp_path),
        watch=lambda *told: seen.append(told),
    )
    name, asked, of = seen[-1]
    assert (name, asked) == ("garden", of)


def test_a_report_of_another_version_is_an_error(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps({"subject": "x"}), encoding="utf-8")
    with pytest.raises(InputError, match="not one of this version"):
        RunFolder(tmp_path).report()
