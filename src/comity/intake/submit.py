"""From an item that was sent to a decision that is kept: what is read before deciding, and what is written after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from comity.content import Item, Part
from comity.decide import Decision, Facts
from comity.intake.accept import (
    Accepted,
    Content,
    Parts,
    accept,
    content_in,
    edit,
    find_item,
    item_in,
    thread_before,
)
from comity.intake.facts import facts_for
from comity.intake.record import Recorded, record
from comity.policy import Policy
from comity.store.tables import Author, ItemRecord, Pending
from comity.wire.items import KeptAuthorIn, KeptItemIn
from comity.wire.native import language_of

_NOBODY = 0
"""The number of an author who has none yet, and so of whom nothing is found."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What has to be decided: the item with its thread, the facts, and the content as it will be kept."""

    item: Item
    facts: Facts
    content: Content


@dataclass(frozen=True, slots=True)
class Kept:
    """`recorded` is None where the revision had a decision before, and nothing was done again."""

    accepted: Accepted
    recorded: Recorded | None


def ready(session: Session, new: KeptItemIn, policy: Policy, now: datetime) -> Ready:
    """What there is to decide about an item that was just sent. Raises InputError past a limit."""
    content = content_in(new)
    who = new.author.id if isinstance(new.author, KeptAuthorIn) else new.author
    author = session.scalars(select(Author).where(Author.key == who)).one_or_none() if who else None
    if who is not None and author is None:
        author = Author(id=_NOBODY, key=who)
    facts = facts_for(
        session,
        policy,
        content,
        author=author,
        thread=new.thread,
        community=new.community,
        parent=new.reply_to,
        now=now,
    )
    if isinstance(new.author, KeptAuthorIn) and new.author.created_at is not None:
        days = max(0.0, (now - new.author.created_at).total_seconds() / 86_400)
        facts = replace(facts, author={**facts.author, "age_days": days, **content.author})
    item = Item(
        new.id,
        tuple(Part(id, "text", text) for id, text in content.parts),
        role=new.role,
        author=who,
        community=new.community,
        lang=language_of(new.lang),
        thread=thread_before(session, new.thread),
    )
    return Ready(item, facts, content)


def ready_again(session: Session, item: ItemRecord, content: Content, policy: Policy, now: datetime) -> Ready:
    """What there is to decide about an item that is kept already and reads as `content`."""
    facts = facts_for(
        session,
        policy,
        content,
        author=session.get(Author, item.author_id) if item.author_id is not None else None,
        thread=item.thread,
        community=item.community,
        parent=item.parent,
        item_id=item.id,
        now=now,
    )
    return Ready(item_in(session, item, content), facts, content)


def keep(
    session: Session,
    new: KeptItemIn,
    ready: Ready,
    decision: Decision,
    policy: Policy,
    now: datetime,
    shadow: Decision | None = None,
) -> Kept:
    """The item, its revision, `decision` and what the policy's shadow rules decided, unless the same item was decided
    before. Raises Conflict.
    """
    accepted = accept(session, new, ready.content, policy.name, now)
    return _kept(session, accepted, ready, decision, policy, now, shadow)


def keep_edit(
    session: Session,
    key: str,
    parts: Parts,
    ready: Ready,
    decision: Decision,
    policy: Policy,
    now: datetime,
    shadow: Decision | None = None,
) -> Kept:
    """The same for an edit. Raises NotFound, Conflict."""
    return _kept(session, edit(session, key, parts, now), ready, decision, policy, now, shadow)


def _kept(
    session: Session,
    accepted: Accepted,
    ready: Ready,
    decision: Decision,
    policy: Policy,
    now: datetime,
    shadow: Decision | None,
) -> Kept:
    item, revision = accepted.item, accepted.revision
    if not accepted.fresh:
        item = find_item(session, item.key, for_update=True)
    # An edit that came meanwhile is not what was decided.
    is_this = revision.digest == ready.content.digest
    if not is_this or session.get(Pending, revision.id) is None:
        return Kept(accepted, None)
    recorded = record(session, item, revision, decision, policy, now=now)
    if shadow is not None:
        record(session, item, revision, shadow, policy, now=now)
    return Kept(accepted, recorded)
