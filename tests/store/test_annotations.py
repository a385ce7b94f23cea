"""Annotations keep what people said of an item; the item's text can be erased on its own."""

from __future__ import annotations

import sqlite3

import pytest

from comity.errors import InputError, LimitExceeded
from comity.limits import LIMITS
from comity.store import NewAnnotation, add_annotation, list_annotations, purge_item
from comity.taxonomy import Severity


def said(**changes):
    fields = {
        "item_id": "post-1",
        "text": "What a turnip.",
        "criterion": "insult",
        "value": 1.0,
        "annotator": "mira",
        "source": "console",
        **changes,
    }
    return NewAnnotation(**fields)


def test_an_annotation_comes_back_with_the_text_of_its_item(database):
    with database.write() as session:
        add_annotation(session, said(severity=Severity.MINOR))
    with database.read() as session:
        [annotation] = list_annotations(session).rows
    assert (annotation.text, annotation.criterion, annotation.value) == ("What a turnip.", "insult", 1.0)
    assert annotation.severity == Severity.MINOR
    assert annotation.created_at.tzinfo is not None


def test_two_annotations_of_an_item_share_its_text(file, tmp_path):
    with file.write() as session:
        add_annotation(session, said())
        add_annotation(session, said(annotator="otto", value=0.0))
    with sqlite3.connect(tmp_path / "comity.db") as connection:
        assert connection.execute("SELECT count(*) FROM item_texts").fetchone() == (1,)


def test_annotations_can_be_listed_by_criterion(database):
    with database.write() as session:
        add_annotation(session, said())
        add_annotation(session, said(criterion="spam", value=0.0))
        assert [found.criterion for found in list_annotations(session, criterion="spam").rows] == ["spam"]


def test_purging_an_item_erases_its_text_and_keeps_what_was_said(database):
    with database.write() as session:
        add_annotation(session, said())
        assert purge_item(session, "post-1")
    with database.read() as session:
        [annotation] = list_annotations(session).rows
        assert (annotation.text, annotation.value) == (None, 1.0)


def test_a_purged_text_is_nowhere_in_the_file(file, tmp_path):
    with file.write() as session:
        add_annotation(session, said())
        purge_item(session, "post-1")
    file.close()
    assert b"turnip" not in (tmp_path / "comity.db").read_bytes()


def test_purging_what_is_not_there_does_nothing(database):
    with database.write() as session:
        assert not purge_item(session, "post-9")


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_value_that_is_no_share_is_refused(database, value):
    with pytest.raises(InputError), database.write() as session:
        add_annotation(session, said(value=value))


@pytest.mark.parametrize(
    ("field", "size"),
    [("text", LIMITS.text_chars), ("item_id", LIMITS.id_chars), ("annotator", LIMITS.id_chars)],
)
def test_a_field_past_its_limit_is_refused(database, field, size):
    with pytest.raises(LimitExceeded), database.write() as session:
        add_annotation(session, said(**{field: "x" * (size + 1)}))
