"""Banks: named lists of words and patterns that a client looks for in texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from comity.errors import InputError, NotFound
from comity.limits import LIMITS
from comity.store.tables import Bank, BankItem, new_key
from comity.store.upsert import add_if_absent

MOST_ITEMS = 10_000
"""Items in one bank."""


@dataclass(frozen=True, slots=True)
class NewBankItem:
    """`text` is a word or phrase or, for `is_pattern`, a regular expression (RE2)."""

    text: str
    description: str | None = None
    is_pattern: bool = False


def put_bank(session: Session, name: str) -> tuple[Bank, bool]:
    """The bank called `name`, and whether it was made just now. Raises LimitExceeded for too long a name."""
    LIMITS.check("id_chars", len(name), where="name of a bank")
    made = add_if_absent(session, Bank, name=name)
    return get_bank(session, name), made


def get_bank(session: Session, name: str) -> Bank:
    """Raises NotFound."""
    return _there(session.scalars(select(Bank).where(Bank.name == name)).one_or_none())


def list_banks(session: Session, *, skip: int = 0, size: int = 100) -> Sequence[Bank]:
    """`size` banks by name, without the first `skip`."""
    return session.scalars(select(Bank).order_by(Bank.name).offset(skip).limit(size)).all()


def remove_bank(session: Session, name: str) -> None:
    """Erases the bank with its items. Raises NotFound."""
    bank = get_bank(session, name)
    session.execute(delete(BankItem).where(BankItem.bank_id == bank.id))
    session.delete(bank)


def put_bank_items(session: Session, bank: Bank, new: Sequence[NewBankItem]) -> list[BankItem]:
    """Adds items; one whose text is there already gets the new description and kind instead.

    Raises InputError if there would be more than MOST_ITEMS, NotFound if somebody else has removed the bank.
    """
    _hold(session, bank)
    of_bank = BankItem.bank_id == bank.id
    same = select(BankItem).where(of_bank, BankItem.text.in_({entry.text for entry in new}))
    known = {item.text: item for item in session.scalars(same)}
    kept = []
    for entry in new:
        item = known.get(entry.text)
        if item is None:
            item = known[entry.text] = BankItem(bank_id=bank.id, text=entry.text)
            session.add(item)
        item.description, item.is_pattern = entry.description, entry.is_pattern
        kept.append(item)
    session.flush()
    if session.scalars(select(func.count()).where(of_bank)).one() > MOST_ITEMS:
        raise InputError(f"a bank holds {MOST_ITEMS:,} items at most", next_step="Use a second bank.")
    bank.revision = new_key()
    return kept


def list_bank_items(session: Session, bank: Bank, *, skip: int = 0, size: int = 100) -> Sequence[BankItem]:
    """`size` items in the order in which they were added, without the first `skip`."""
    of_bank = select(BankItem).where(BankItem.bank_id == bank.id)
    return session.scalars(of_bank.order_by(BankItem.id).offset(skip).limit(size)).all()


def get_bank_item(session: Session, bank: Bank, key: str) -> BankItem:
    """Raises NotFound."""
    item = session.scalars(
        select(BankItem).where(BankItem.bank_id == bank.id, BankItem.key == key)
    ).one_or_none()
    if item is None:
        raise NotFound("there is no such item in the bank", next_step="List its items to see their ids.")
    return item


def remove_bank_items(session: Session, bank: Bank, keys: Iterable[str]) -> None:
    """Erases the items called `keys`; those that are not there are gone already. Raises NotFound."""
    _hold(session, bank)
    session.execute(delete(BankItem).where(BankItem.bank_id == bank.id, BankItem.key.in_(list(keys))))
    bank.revision = new_key()


def _hold(session: Session, bank: Bank) -> None:
    """Whoever changes the same bank waits here, so that no text gets in twice. Raises NotFound."""
    _there(session.get(Bank, bank.id, with_for_update=True, populate_existing=True))


def _there(bank: Bank | None) -> Bank:
    if bank is None:
        raise NotFound("there is no such bank", next_step="List the banks to see their names.")
    return bank
