"""`docs/store.md` names all kinds of texts, and promises nothing without a test."""

from __future__ import annotations

import re
from pathlib import Path

from comity.store.retention import KINDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "store.md").read_text()


def test_every_kind_of_texts_is_in_its_table():
    table = GUIDE.partition("| kind |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == list(KINDS)


def test_every_promise_is_held_by_tests_that_there_are():
    table = GUIDE.partition("| promise |")[2].partition("\n\n")[0]
    promises = [row for row in table.splitlines() if row.startswith("| ") and "tests that hold" not in row]
    assert all("`test_" in row for row in promises)
    there = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        there.update(re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE))
    assert set(re.findall(r"`(test_\w+)`", table)) <= there
