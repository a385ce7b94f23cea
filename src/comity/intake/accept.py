"""Taking in an item: what it is and each change of it become rows, before anybody decides about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.content import Item, Part
from comity.content.skeleton import skeleton
from comity.errors import Conflict, NotFound
from comity.intake.cases import close_case, open_case_of
from comity.intake.mentions import mentions_of
from comity.limits import LIMITS
from comity.store import tables
from comity.store.authors import author_called
from comity.store.tables import Appeal, Case, ItemRecord, Mention, Pending, Report, Revision, Text
from comity.store.texts import keep_text
from comity.store.upsert import add_if_absent
from comity.wire.items import KeptAuthorIn, KeptItemIn
from comity.wire.native import language_of

THREAD_ITEMS = 20
"""So many items before one are read with it."""
Parts = Sequence[tuple[str, str]]
"""Id and text of each part."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`fresh`: the revision was added by this call, and not by an earlier one that said the same."""

    item: ItemRecord
    revision: Revision
    fresh: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What the text row of a revision holds: its parts, and what the site told of the author."""

    parts: Parts
    author: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps({"parts": self.parts, "author": self.author}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Content:
        read = json.loads(text)
        return cls([(id, part) for id, part in read["parts"]], read["author"])

    @property
    def digest(self) -> str:
        return sha256(json.dumps(list(map(list, self.parts))).encode()).hexdigest()

    @property
    def likeness(self) -> str | None:
        """Equal for texts that differ in case, accents and disguises only; None where there is no text."""
        read = "\n".join(skeleton(text).text for _, text in self.parts).strip()
        return sha256(read.encode("utf-8", "surrogatepass")).hexdigest() if read else None


_TO_COME = Content(()).digest
"""Of a revision whose parts the site has not sent yet."""


def content_in(new: KeptItemIn) -> Content:
    return Content(new.texts, told_of_author(new))


def told_of_author(new: KeptItemIn) -> dict[str, Any]:
    """The facts that the site sent with the author."""
    return dict(new.author.model_extra or {}) if isinstance(new.author, KeptAuthorIn) else {}


def accept(session: Session, new: KeptItemIn, content: Content, policy: str, now: datetime) -> Accepted:
    """The item and its first revision, or the ones that the same item made before.

    policy: the name of the one that it is decided under. Raises Conflict if the item was sent before and read
    otherwise.
    """
    item = _item(session, new, policy, now)
    if item is None:
        item = find_item(session, new.id)
        check_same(session, item, new, content)
        return Accepted(item, revision_of(session, item), fresh=False)
    return Accepted(item, _revise(session, item, "new", content, now, source=new.fetch), fresh=True)


def check_same(session: Session, item: ItemRecord, new: KeptItemIn, content: Content) -> None:
    """Raises Conflict if `item` was another one when it was first sent, by its parts, its author or its place."""
    first = revision_of(session, item, 1)
    author = session.get(tables.Author, item.author_id) if item.author_id is not None else None
    who = new.author.id if isinstance(new.author, KeptAuthorIn) else new.author
    place = (item.community, item.thread, item.parent, item.role)
    if (
        (new.fetch is None and first.digest != content.digest)
        or (author.key if author else None) != who
        or place != (new.community, new.thread, new.reply_to, new.role)
    ):
        raise Conflict(
            "an item with this id was sent before, and it was another one",
            next_step="Send an edit to `PUT /v1/items/{id}`, or use another id.",
        )


def edit(session: Session, key: str, parts: Parts, now: datetime) -> Accepted:
    """A revision with other parts, or the newest one if it reads the same. Raises NotFound, Conflict if it was
    deleted.
    """
    item = find_item(session, key, for_update=True)
    if item.deleted_at is not None:
        raise Conflict("the item was deleted, so it cannot be edited")
    last = revision_of(session, item)
    content = edited(session, last, parts)
    if last.digest == content.digest:
        return Accepted(item, last, fresh=False)
    if last.digest != _TO_COME:
        return Accepted(item, _revise(session, item, "edit", content, now), fresh=True)
    waiting = session.get(Pending, last.id)
    if waiting is not None:
        session.delete(waiting)
    return Accepted(item, _revise(session, item, "completed", content, now), fresh=True)


def edited(session: Session, last: Revision, parts: Parts) -> Content:
    """What a revision after `last` holds that reads as `parts`."""
    before = content_of(session, last)
    return Content(parts, before.author if before else {})


def delete(session: Session, key: str, now: datetime) -> Accepted:
    """A revision that says that the site deleted the item; deleting twice does it once. Raises NotFound.

    Its open case is closed, unless somebody reported the item or the author appealed: then it waits for a ruling.
    """
    item = find_item(session, key, for_update=True)
    if item.deleted_at is not None:
        return Accepted(item, revision_of(session, item), fresh=False)
    item.deleted_at = now
    case = open_case_of(session, item.id)
    if case is not None and not _is_asked_for(session, case):
        close_case(session, item, case, now=now, actor="automation")
    return Accepted(item, _revise(session, item, "delete", None, now), fresh=True)


def _is_asked_for(session: Session, case: Case) -> bool:
    """Whether somebody reported the item, or its author appealed: they are owed an answer."""
    asked = (select(kind.id).where(kind.case_id == case.id).limit(1) for kind in (Report, Appeal))
    return any(session.scalars(query).first() is not None for query in asked)


def find_item(session: Session, key: str, *, for_update: bool = False) -> ItemRecord:
    """Raises NotFound."""
    query = select(ItemRecord).where(ItemRecord.key == key)
    if for_update:
        # As it is now that it is locked, not as it was when this transaction first saw it. Its number stays, so whoever
        # adds a row that points at it need not wait.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("there is no such item", next_step="Send it to `POST /v1/items` first.")
    return found


def revision_of(session: Session, item: ItemRecord, number: int | None = None) -> Revision:
    """The newest revision of `item`, or that with `number`. Raises NotFound."""
    query = select(Revision).where(Revision.item_id == item.id, Revision.number == (number or item.revision))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"the item has no revision {number}")
    return found


def content_of(session: Session, revision: Revision) -> Content | None:
    """None where the revision has none (it deletes, or its parts are still to come), or it was purged."""
    text = session.get(Text, revision.text_id) if revision.text_id is not None else None
    return Content.from_json(text.content) if text else None


def item_in(session: Session, item: ItemRecord, content: Content) -> Item:
    """`item` as detectors read it, with the items before it in its thread."""
    author = session.get(tables.Author, item.author_id) if item.author_id is not None else None
    return Item(
        item.key,
        tuple(Part(id, "text", text) for id, text in content.parts),
        role=item.role,  # type: ignore[arg-type]
        author=author.key if author else None,
        community=item.community,
        lang=item.lang,
        thread=thread_before(session, item.thread, item.id),
    )


def thread_before(session: Session, thread: str | None, before: int | None = None) -> tuple[Item, ...]:
    """The last items of `thread`, oldest first, that stand before the one numbered `before`; all that are known if
    that is None. Deleted and purged ones are left out.
    """
    if thread is None:
        return ()
    query = (
        select(ItemRecord, Text, tables.Author)
        .join(Revision, (Revision.item_id == ItemRecord.id) & (Revision.number == ItemRecord.revision))
        .join(Text, Text.id == Revision.text_id)
        .outerjoin(tables.Author, tables.Author.id == ItemRecord.author_id)
        .where(ItemRecord.thread == thread, ItemRecord.deleted_at.is_(None), Revision.digest != _TO_COME)
        .order_by(ItemRecord.id.desc())
        .limit(min(THREAD_ITEMS, LIMITS.thread_items))
    )
    if before is not None:
        query = query.where(ItemRecord.id < before)
    return tuple(
        Item(
            item.key,
            tuple(Part(id, "text", part) for id, part in Content.from_json(text.content).parts),
            author=author.key if author else None,
        )
        for item, text, author in reversed(session.execute(query).all())
    )


def _item(session: Session, new: KeptItemIn, policy: str, now: datetime) -> ItemRecord | None:
    """The item, added; None if there is one with its key."""
    author = None
    if isinstance(new.author, KeptAuthorIn):
        author = author_called(session, new.author.id, now=now, joined_at=new.author.created_at)
    elif new.author is not None:
        author = author_called(session, new.author, now=now)
    added = add_if_absent(
        session,
        ItemRecord,
        key=new.id,
        author_id=author.id if author else None,
        community=new.community,
        thread=new.thread,
        parent=new.reply_to,
        role=new.role,
        lang=language_of(new.lang),
        policy=policy,
        created_at=now,
        revision=0,
    )
    return find_item(session, new.id, for_update=True) if added else None


def _revise(
    session: Session,
    item: ItemRecord,
    change: str,
    content: Content | None,
    now: datetime,
    source: str | None = None,
) -> Revision:
    written = content.to_json() if content is not None and (content.parts or content.author) else ""
    text_id = keep_text(session, "item", item, written, now, author_id=item.author_id)
    item.revision += 1
    item.decision_id = item.action = None
    revision = Revision(
        item_id=item.id,
        number=item.revision,
        change=change,
        text_id=text_id,
        digest=content.digest if content else "",
        likeness=content.likeness if content else None,
        author_id=item.author_id,
        thread=item.thread,
        community=item.community,
        received_at=now,
    )
    session.add(revision)
    session.flush()
    if content is not None:
        # Once for each: a link that stands in an item three times is one link of that item.
        for kind, value in mentions_of(content.parts, item.parent):
            session.add(
                Mention(
                    revision_id=revision.id, kind=kind, hash=value, author_id=item.author_id, received_at=now
                )
            )
    if change != "delete":
        session.add(Pending(revision_id=revision.id, source=source, due_at=now))
    else:
        # What is gone needs no decision any more.
        waiting = select(Revision.id).where(Revision.item_id == item.id)
        for row in session.scalars(select(Pending).where(Pending.revision_id.in_(waiting))):
            session.delete(row)
    session.flush()
    return revision
