"""What a model's card quotes."""

from __future__ import annotations

from comity.evaluate.report.markdown import quote
from tests.evaluate.report.made import report, suite, target


def test_each_target_has_one_row_with_its_floor():
    row = next(line for line in quote(report()).splitlines() if line.startswith("| forum-posts | toxicity"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2:6] == ["600", "26.7 %", "0.614 [0.574, 0.655]", "0.387 (word list)"]


def test_every_row_of_a_table_has_as_many_cells_as_its_head():
    for table in quote(report()).split("\n\n")[1:]:
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1


def test_a_bar_or_line_break_in_a_name_does_not_break_the_table():
    text = quote(report((suite("posts", targets=(target("a|b\nc"),)),)))
    assert "| a\\|b c |" in text


def test_a_section_that_the_report_lacks_is_left_out():
    text = quote(report((suite("posts"),)))
    assert "disguise" not in text
    assert "harmless" not in text
