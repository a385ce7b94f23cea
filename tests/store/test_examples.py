"""Examples that users add to the rules of a policy."""

from __future__ import annotations

import pytest

from comity.errors import NotFound
from comity.store import NewExample, add_example, list_examples, remove_example

WALNUT = NewExample(
    "garden", "no-insults", "You walnut.", violates=True, note="a nut, but meant as an insult"
)


def test_an_example_is_listed_with_its_policy_and_rule(database):
    with database.write() as session:
        add_example(session, WALNUT)
        add_example(session, NewExample("garden", "no-spam", "FREE seeds.", violates=True))
        add_example(session, NewExample("kitchen", "no-insults", "You fork.", violates=True))
    with database.read() as session:
        [found] = list_examples(session, "garden", rule="no-insults").rows
        assert (found.text, found.violates, found.note) == (WALNUT.text, True, WALNUT.note)
        assert len(list_examples(session, "garden").rows) == 2


def test_a_removed_example_is_gone(database):
    with database.write() as session:
        example = add_example(session, WALNUT)
        remove_example(session, example.id)
        assert list_examples(session, "garden").rows == ()


def test_an_example_that_is_not_there_cannot_be_removed(database):
    with pytest.raises(NotFound), database.write() as session:
        remove_example(session, 7)
