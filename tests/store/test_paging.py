"""Pages by cursor hold every row once, also while rows are being added."""

from __future__ import annotations

import pytest

from comity.errors import InputError
from comity.store import issue_key, list_keys


def test_pages_follow_each_other_without_gap_or_repetition(database):
    with database.write() as session:
        for number in range(7):
            issue_key(session, f"key {number}")
    names, after = [], 0
    with database.write() as session:
        while True:
            page = list_keys(session, after=after, size=3)
            names += [key.name for key in page.rows]
            if page.next is None:
                break
            if after == 0:
                issue_key(session, "key 7")
            after = page.next
    assert names == [f"key {number}" for number in range(8)]


def test_a_page_that_just_fits_is_the_last_one(database):
    with database.write() as session:
        for number in range(3):
            issue_key(session, f"key {number}")
        assert list_keys(session, size=3).next is None


@pytest.mark.parametrize("size", [0, -1, 1_001])
def test_a_page_of_another_size_is_refused(database, size):
    with pytest.raises(InputError), database.read() as session:
        list_keys(session, size=size)
