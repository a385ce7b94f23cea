"""What the store knows of an item's author and of what came before: the facts that a decision is made with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from comity.decide import Facts
from comity.intake.accept import Content
from comity.intake.effects import standing
from comity.intake.mentions import mentions_of
from comity.policy import Counter, Policy
from comity.policy.document import CountedBy
from comity.store.tables import (
    Author,
    CurrentDecision,
    DecisionRecord,
    Mention,
    Report,
    Revision,
)

MOST_COUNTED = 10_000
"""A count goes no further: it costs as much as it finds, and no rule needs more."""
TAKEN_DOWN = ("remove", "block")
_DAY_SECONDS = 86_400
_EVER = datetime(1, 1, 2, tzinfo=UTC)


def facts_for(
    session: Session,
    policy: Policy,
    content: Content,
    *,
    author: Author | None,
    thread: str | None,
    community: str | None,
    parent: str | None = None,
    item_id: int | None = None,
    now: datetime,
) -> Facts:
    """The facts about an item, which itself (`item_id`, if it is kept already) is not counted.

    What the site told of the author goes before what is known here. Of an item without an author, thread or community
    the counters by these are absent.
    """
    about = _About(session, content, author, thread, community, parent, item_id, now)
    counters = {name: about.count(counter) for name, counter in policy.counters.items()}
    return Facts(
        now=now,
        author={**_known_of(session, author, community, now), **content.author},
        counters={name: count for name, count in counters.items() if count is not None},
        history=history_of(session, author, item_id) if author else {},
    )


class _About:
    """What the counters of one item compare others with."""

    def __init__(
        self,
        session: Session,
        content: Content,
        author: Author | None,
        thread: str | None,
        community: str | None,
        parent: str | None,
        item_id: int | None,
        now: datetime,
    ) -> None:
        self._session, self._now, self._item_id = session, now, item_id
        self._content, self._author, self._parent = content, author, parent
        self._same = {"author": author.id if author else None, "thread": thread, "community": community}

    def count(self, counter: Counter) -> int | None:
        """How many there were in the counter's window; None where the item has nothing to compare."""
        since = self._now - timedelta(seconds=counter.seconds)
        match counter.of:
            case "items":
                found = self._items(counter.by, since)
            case "reports":
                found = self._reports(counter.by, since)
            case "removals":
                found = self._removals(counter.by, since)
            case "targets":
                return self._targets(self._items(counter.by, since))
        return None if found is None else counted(self._session, found)

    def _items(self, by: CountedBy, since: datetime = _EVER) -> Select[Any] | None:
        """Other items that have `by` in common with this one: that came since then, or got that text or link."""
        query = select(Revision.item_id).where(Revision.received_at > since)
        if self._item_id is not None:
            query = query.where(Revision.item_id != self._item_id)
        if by == "link":
            links = [hash for kind, hash in mentions_of(self._content.parts, None) if kind == "link"]
            linking = query.join(Mention, Mention.revision_id == Revision.id).where(
                Mention.kind == "link", Mention.hash.in_(links), Mention.received_at > since
            )
            return linking.distinct() if links else None
        if by == "text":
            likeness = self._content.likeness
            return query.where(Revision.likeness == likeness).distinct() if likeness else None
        same = self._same[by]
        column = {"author": Revision.author_id, "thread": Revision.thread, "community": Revision.community}[
            by
        ]
        return query.where(column == same, Revision.number == 1) if same is not None else None

    def _reports(self, by: CountedBy, since: datetime) -> Select[Any] | None:
        about = self._about(by, Report)
        return None if about is None else select(Report.id).where(Report.created_at > since, about)

    def _removals(self, by: CountedBy, since: datetime) -> Select[Any] | None:
        """By the decisions of every revision: an author who deletes or edits what was removed is still its author."""
        about = self._about(by, DecisionRecord)
        if about is None:
            return None
        return (
            select(DecisionRecord.item_id)
            .join(CurrentDecision, CurrentDecision.decision_id == DecisionRecord.id)
            .where(DecisionRecord.action.in_(TAKEN_DOWN), DecisionRecord.decided_at > since, about)
            .distinct()
        )

    def _about(self, by: CountedBy, table: type[Report | DecisionRecord]) -> ColumnElement[bool] | None:
        """Whether a row of `table` is about another item that has `by` in common with this one."""
        if by == "author":  # whose index says it at once
            same = table.author_id == self._author.id if self._author else None
        else:
            items = self._items(by)
            same = table.item_id.in_(items) if items is not None else None
        return and_(same, table.item_id != self._item_id) if same is not None and self._item_id else same

    def _targets(self, items: Select[Any] | None) -> int | None:
        """How many different people and items these `items` mention or answer, and this one."""
        if items is None:
            return None
        aimed = (
            select(Mention.hash)
            .join(Revision, Revision.id == Mention.revision_id)
            .where(Mention.kind == "target", Revision.item_id.in_(items))
        )
        now = {hash for kind, hash in mentions_of(self._content.parts, self._parent) if kind == "target"}
        return len(now.union(self._session.scalars(aimed.distinct().limit(MOST_COUNTED))))


def counted(session: Session, query: Select[Any]) -> int:
    """How many rows `query` has, up to MOST_COUNTED."""
    rows = query.limit(MOST_COUNTED).subquery()
    return session.scalars(select(func.count()).select_from(rows)).one()


def _known_of(
    session: Session, author: Author | None, community: str | None, now: datetime
) -> Mapping[str, Any]:
    if author is None:
        return {}
    known: dict[str, Any] = {"id": author.key, "strikes": standing(session, author.id, community, now)}
    if author.joined_at is not None:
        known["age_days"] = max(0.0, (now - author.joined_at).total_seconds() / _DAY_SECONDS)
    return known


def history_of(session: Session, author: Author, item_id: int | None = None) -> dict[str, int]:
    """The author's items, removals and reports, without the item numbered `item_id`."""
    # By the decisions of every revision: an author who deletes or edits what was removed is still its author.
    theirs = (
        select(CurrentDecision.item_id)
        .join(DecisionRecord, DecisionRecord.id == CurrentDecision.decision_id)
        .where(DecisionRecord.author_id == author.id)
        .distinct()
    )
    if item_id is not None:
        theirs = theirs.where(CurrentDecision.item_id != item_id)
    return {
        "items": counted(session, theirs),
        "removals": counted(session, theirs.where(DecisionRecord.action.in_(TAKEN_DOWN))),
        "reports": counted(session, select(Report.id).where(Report.author_id == author.id)),
    }
