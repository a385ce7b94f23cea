"""A report, a comparison and a gate at a terminal of 80 columns."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from comity.evaluate.gate import Limits, gate
from comity.evaluate.report import terminal
from tests.evaluate.report.made import every_section, report, run_folder, scored, suite, target


def printed(show, *what):
    out = StringIO()
    show(*what, Console(file=out, width=80))
    return out.getvalue()


def line_of(text, name):
    return next(line for line in text.splitlines() if name in line)


def test_no_line_is_longer_than_the_terminal_and_no_number_is_cut(two_runs):
    for text in (printed(terminal.overview, report()), printed(terminal.comparison, two_runs)):
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text


def test_a_long_name_goes_on_in_the_next_line():
    made = report((suite("multilingual-functional-tests-portuguese", targets=(target("a-long-target"),)),))
    lines = iter(printed(terminal.overview, made).splitlines())
    start = next(line for line in lines if line.startswith("multilingual"))
    assert start.split()[0] + next(lines).strip() == "multilingual-functional-tests-portuguese/a-long-target"
    assert start.split()[-1] == ".114"


def test_a_name_from_a_data_file_steers_nothing():
    text = printed(terminal.overview, report((suite("posts", targets=(target("[/x]\x1b[31m"),)),)))
    assert "[/x]␚[31m" in text


def test_each_target_has_one_line_with_its_interval_and_its_floor():
    line = line_of(printed(terminal.overview, report()), "forum-posts/toxicity")
    assert line.split() == [
        "forum-posts/toxicity",
        "600",
        "27%",
        ".614",
        ".574–.655",
        ".387",
        ".813",
        ".588",
        ".114",
    ]


def test_a_suite_whose_data_taught_the_subject_has_a_star():
    whole = report()
    seen = tuple(suite.model_copy(update={"seen": True}) for suite in whole.suites)
    text = printed(terminal.overview, whole.model_copy(update={"suites": seen}))
    assert "forum-posts/toxicity *" in text


def test_a_target_below_its_floor_is_marked():
    text = printed(terminal.overview, report())
    assert "<.042" in line_of(text, "forum-posts/threat")


def test_too_few_rows_make_dashes():
    line = line_of(printed(terminal.overview, report()), "forum-posts/sexual")
    assert line.split()[1:4] == ["20", "20%", "–"]


def test_the_worst_of_each_special_test_is_shown_first():
    text = printed(terminal.overview, report())
    assert text.index("negate_neg") < text.index("threat_dir")
    assert text.index("leet-3 (clean 81.0)") < text.index("zero-width")
    assert text.index("counter-speech") < text.index("medical")


def test_many_tests_are_counted_rather_than_printed():
    many = every_section()[2]
    tests = many.functional.functionalities * 4
    made = many.model_copy(
        update={"functional": many.functional.model_copy(update={"functionalities": tests})}
    )
    assert "and 12 more" in printed(terminal.overview, report((made,)))


def test_a_comparison_names_the_better_one_and_counts_rows(two_runs):
    text = printed(terminal.comparison, two_runs)
    assert line_of(text, "forum/toxicity auprc").split()[-1] == "B"
    assert line_of(text, "tiny/toxicity").split()[1:4] == ["20", "0", "0"]
    assert "suites that only B has: more" in text


def test_a_gate_prints_what_fails_and_why(tmp_path):
    run = run_folder(tmp_path, scored())
    failing = gate(run.path, limits=Limits(minimum={"forum/toxicity": {"auprc": 0.99, "roc_auc": 0.2}}))
    text = printed(terminal.verdicts, failing)
    assert "FAIL forum/toxicity auprc" in text
    assert "under its limit of 0.99" in text
    assert "1 of 2 passed" in text
