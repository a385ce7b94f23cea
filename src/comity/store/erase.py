"""Erasing what one author wrote, and what others wrote about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from comity.store.authors import find_author
from comity.store.events import tell
from comity.store.examples import remove_example
from comity.store.golden import retire_golden
from comity.store.purge import forget_item_texts
from comity.store.retention import is_held, keep_out_new_holds
from comity.store.tables import Author, Example, GoldenItem, ItemRecord, ItemText, Pending, Revision, Text

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """`texts` were erased, `held` were not because of a legal hold. `copies`: examples of rules, golden items and texts
    of annotations that read exactly as a part of one of the author's items, erased as well.
    """

    texts: int
    copies: int
    held: int


def erase_author(session: Session, key: str, *, actor: str, now: datetime) -> Erased:
    """Erases all that the author wrote, and all that others wrote about the author's items: reports, notes, statements,
    what decisions rest on, and the texts of annotations. Ids, numbers and hashes stay. Raises NotFound.

    The bytes have left the database file after `Database.vacuum`. What is held is erased if this is done again after
    the hold was lifted.
    """
    keep_out_new_holds(session)
    author = find_author(session, key)
    # Whoever is just adding a text of the author is waited for, and whoever wants to add one waits.
    session.refresh(author, with_for_update=True)
    texts, held_texts = _split(session, _texts_of(author), is_held(Text))
    theirs = select(ItemText.item_id).join(ItemRecord, ItemRecord.key == ItemText.item_id)
    annotated, held_annotated = _split(
        session, theirs.where(ItemRecord.author_id == author.id), is_held(ItemRecord)
    )
    for keys in _batches(annotated):
        forget_item_texts(session, keys)
    copies = 0
    for ids in _batches(texts):
        copies += _erase_copies(session, ids)
        session.execute(delete(Text).where(Text.id.in_(ids)))
    _stop_fetching(session, author, ~is_held(ItemRecord))
    found = Erased(len(texts) + len(annotated), copies, held_texts + held_annotated)
    if not found.held:
        author.erased_at = now
    data = {"author": author.key, "texts": found.texts, "copies": found.copies, "held": found.held}
    tell(session, "author.erased", f"author:{author.key}", data, now=now, actor=actor)
    return found


def _texts_of(author: Author) -> Select[Any]:
    items = select(ItemRecord.id).where(ItemRecord.author_id == author.id)
    return select(Text.id).where(or_(Text.author_id == author.id, Text.item_id.in_(items)))


def _split(session: Session, query: Select[Any], held: ColumnElement[bool]) -> tuple[Sequence[Any], int]:
    """The ids that are free, and how many are held."""
    count = select(func.count()).select_from(query.where(held).subquery())
    return session.scalars(query.where(~held)).all(), session.scalars(count).one()


def _erase_copies(session: Session, ids: Sequence[int]) -> int:
    """Erases what was copied word for word from items whose texts have these ids: a copy does not say whose words it
    holds. How many there were.
    """
    contents = session.scalars(select(Text.content).where(Text.id.in_(ids), Text.kind == "item"))
    parts = {said for content in contents for _, said in json.loads(content)["parts"]}
    examples = session.scalars(select(Example.id).where(Example.text.in_(parts))).all()
    for id in examples:
        remove_example(session, id)
    golden = session.execute(
        select(GoldenItem.id, Text.id)
        .join(Text, Text.id == GoldenItem.text_id)
        .where(Text.kind == "golden", Text.content.in_(parts))
    ).all()
    for id, _ in golden:
        retire_golden(session, id)
    session.execute(delete(Text).where(Text.id.in_([text_id for _, text_id in golden])))
    of_others = (
        select(ItemText.item_id)
        .outerjoin(ItemRecord, ItemRecord.key == ItemText.item_id)
        .where(ItemText.text.in_(parts), ~is_held(ItemRecord))
    )
    annotated = session.scalars(of_others).all()
    forget_item_texts(session, annotated)
    return len(examples) + len(golden) + len(annotated)


def _stop_fetching(session: Session, author: Author, is_free: ColumnElement[bool]) -> None:
    """What the author's items lack is not fetched any more; they are decided without."""
    items = select(ItemRecord.id).where(ItemRecord.author_id == author.id, is_free)
    waiting = select(Revision.id).where(Revision.item_id.in_(items))
    session.execute(update(Pending).where(Pending.revision_id.in_(waiting)).values(source=None))


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
