"""Examples on their way from the database to the detector."""

from __future__ import annotations

import pytest

from comity.errors import InputError
from comity.store import (
    Database,
    NewExample,
    StoredExamples,
    add_example,
    examples,
    is_there,
    remove_example,
)

WALNUT = NewExample("garden", "no-insults", "You walnut.", violates=True)


def test_they_are_read_again_only_after_a_change(database):
    stored = StoredExamples(lambda: database)
    empty = stored.read("garden", None)
    assert (empty.revision, empty.examples) == (0, ())
    with database.write() as session:
        number = add_example(session, WALNUT).id
    found = stored.read("garden", empty.revision)
    assert [(example.id, example.rule, example.text) for example in found.examples] == [
        (number, "no-insults", "You walnut.")
    ]
    assert stored.read("garden", found.revision) is None
    with database.write() as session:
        remove_example(session, number)
    assert stored.read("garden", found.revision).examples == ()


def test_an_example_that_takes_the_number_of_a_removed_one_is_a_change(database):
    stored = StoredExamples(lambda: database)
    with database.write() as session:
        first = add_example(session, WALNUT)
    before = stored.read("garden", None)
    with database.write() as session:
        remove_example(session, first.id)
        add_example(session, NewExample("garden", "no-spam", "FREE seeds.", violates=True))
    assert [example.text for example in stored.read("garden", before.revision).examples] == ["FREE seeds."]


def test_a_change_for_one_policy_is_none_for_another(database):
    with database.write() as session:
        add_example(session, WALNUT)
    assert StoredExamples(lambda: database).read("kitchen", 0) is None


def test_without_a_database_there_are_none():
    stored = StoredExamples(lambda: None)
    assert stored.read("garden", None).examples == ()
    assert stored.read("garden", 0) is None


def test_only_a_file_that_somebody_made_holds_anything(tmp_path):
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    assert not is_there(url)
    assert not is_there("sqlite://")
    Database(url).close()
    assert is_there(url)
    assert is_there("postgresql://db.example/comity")


def test_an_example_without_text_is_refused(database):
    with pytest.raises(InputError, match="no text"), database.write() as session:
        add_example(session, NewExample("garden", "no-insults", " \n", violates=True))


def test_there_is_a_most_that_a_policy_can_have(database, monkeypatch):
    monkeypatch.setattr(examples, "MOST_EXAMPLES", 1)
    with database.write() as session:
        add_example(session, WALNUT)
    with pytest.raises(InputError, match="at most"), database.write() as session:
        add_example(session, WALNUT)
