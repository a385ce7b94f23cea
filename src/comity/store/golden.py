"""Golden items: texts whose right action is known, to be mixed into queues."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.errors import NotFound
from comity.store.paging import Page, page
from comity.store.tables import GoldenItem, Text, now


@dataclass(frozen=True, slots=True)
class NewGoldenItem:
    """`action` is right for `text` under the policy called `policy`; `rule` is the rule that it breaks, if any."""

    policy: str
    text: str
    action: str
    rule: str | None = None


def add_golden(session: Session, new: NewGoldenItem) -> GoldenItem:
    text = Text(kind="golden", content=new.text)
    session.add(text)
    session.flush()
    found = GoldenItem(policy=new.policy, text_id=text.id, action=new.action, rule=new.rule)
    session.add(found)
    session.flush()
    return found


def retire_golden(session: Session, id: int) -> GoldenItem:
    """From now on nobody is shown the item. Retiring twice keeps the first time. Raises NotFound."""
    found = session.get(GoldenItem, id, with_for_update=True)
    if found is None:
        raise NotFound(f"there is no golden item {id}")
    found.retired_at = found.retired_at or now()
    return found


def list_golden(
    session: Session, policy: str | None = None, *, after: int = 0, size: int = 100
) -> Page[GoldenItem]:
    """The items in use, of one policy if it is given."""
    query = select(GoldenItem).where(GoldenItem.retired_at.is_(None))
    if policy is not None:
        query = query.where(GoldenItem.policy == policy)
    return page(session, query, GoldenItem.id, after, size)
