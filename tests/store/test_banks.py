"""Banks of words and patterns, and their items."""

from __future__ import annotations

import pytest

from comity.errors import InputError, NotFound
from comity.store import (
    NewBankItem,
    get_bank,
    get_bank_item,
    list_bank_items,
    list_banks,
    put_bank,
    put_bank_items,
    remove_bank,
    remove_bank_items,
)


@pytest.fixture
def weeds(database):
    """A bank with two items."""
    with database.write() as session:
        bank, _ = put_bank(session, "weeds")
        put_bank_items(session, bank, [NewBankItem("nettle"), NewBankItem("dock|thistle", is_pattern=True)])
    return database


def texts(session):
    return [item.text for item in list_bank_items(session, get_bank(session, "weeds"))]


def test_a_bank_is_made_once(database):
    with database.write() as session:
        first, made = put_bank(session, "weeds")
        again, made_again = put_bank(session, "weeds")
        assert (made, made_again) == (True, False)
        assert first.id == again.id


def test_banks_are_listed_by_name_in_pages(database):
    with database.write() as session:
        for name in ("c", "a", "b"):
            put_bank(session, name)
        assert [bank.name for bank in list_banks(session, size=2)] == ["a", "b"]
        assert [bank.name for bank in list_banks(session, skip=2)] == ["c"]


def test_an_item_that_is_added_again_is_changed_and_keeps_its_key(weeds):
    with weeds.write() as session:
        bank = get_bank(session, "weeds")
        before = list_bank_items(session, bank)[0].key
        [item] = put_bank_items(session, bank, [NewBankItem("nettle", "stings")])
        assert (item.key, item.description) == (before, "stings")
        assert texts(session) == ["nettle", "dock|thistle"]


def test_every_change_gives_the_bank_another_revision(weeds):
    seen = set()
    with weeds.write() as session:
        bank = get_bank(session, "weeds")
        seen.add(bank.revision)
        [item] = put_bank_items(session, bank, [NewBankItem("ivy")])
        seen.add(bank.revision)
        remove_bank_items(session, bank, [item.key])
        seen.add(bank.revision)
    assert len(seen) == 3


def test_removing_items_leaves_the_others_and_forgives_unknown_keys(weeds):
    with weeds.write() as session:
        bank = get_bank(session, "weeds")
        remove_bank_items(session, bank, [list_bank_items(session, bank)[0].key, "no such key"])
        assert texts(session) == ["dock|thistle"]


def test_a_removed_bank_is_gone_with_its_items(weeds):
    with weeds.write() as session:
        remove_bank(session, "weeds")
        with pytest.raises(NotFound):
            get_bank(session, "weeds")
        put_bank(session, "weeds")
        assert texts(session) == []


def test_an_item_is_found_in_its_own_bank_only(weeds):
    with weeds.write() as session:
        bank = get_bank(session, "weeds")
        key = list_bank_items(session, bank)[0].key
        assert get_bank_item(session, bank, key).text == "nettle"
        other, _ = put_bank(session, "herbs")
        with pytest.raises(NotFound):
            get_bank_item(session, other, key)


def test_a_bank_is_bounded(weeds, monkeypatch):
    monkeypatch.setattr("comity.store.banks.MOST_ITEMS", 3)
    with pytest.raises(InputError, match="3 items"), weeds.write() as session:
        put_bank_items(session, get_bank(session, "weeds"), [NewBankItem("ivy"), NewBankItem("moss")])
    with weeds.read() as session:
        assert texts(session) == ["nettle", "dock|thistle"]
