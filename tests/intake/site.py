"""A gardeners' forum that keeps its items: its policy, and what its people do there, without HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from comity.intake.accept import content_of, delete, edited, find_item, revision_of
from comity.intake.effects import lift_restriction, release_expired, standing
from comity.intake.report import NewReport, report
from comity.intake.submit import keep, keep_edit, ready, ready_again
from comity.moderator import Moderator
from comity.policy import leaves, read, reasons_of
from comity.review.appeal import appeal
from comity.review.lease import give_back, take_case, take_next
from comity.review.rule import NewRuling, rule_case
from comity.store import tables
from comity.store.authors import find_author
from comity.store.users import put_user, working_user
from comity.wire.items import KeptItemIn
from tests.fakes import WordDetector

GARDEN = """\
policy: garden
version: 2
counters:
  posts_1h: {by: author, window: 1h}
ladder:
  expire: 30d
  steps:
    - {at: 2, action: mute, for: 1d}
    - {at: 4, action: suspend, for: 7d}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    strikes: 1
    action: remove
    review: 0.50
  - id: no-spam
    text: No advertising.
    categories: {spam: 0.90}
    strikes: 2
    action: label
  - id: no-slander
    text: Do not slander other gardens.
    strikes: 2
    action: remove
  - id: no-fraud
    text: No fraud.
    terms: [miracle]
    strikes: 0
    action: [remove, ban]
reasons:
  - {id: rude, text: It is rude., rules: [no-insults]}
  - {id: junk, text: It is an advert., rules: [no-spam]}
"""
INSULT = "You walnut, learn to prune."
DOUBTFUL = "What a turnip."
FRIENDLY = "Prune above the bud."
ADVERT = "FREE seeds for you."
FRAUD = "A miracle fertiliser."
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def detectors():
    """A walnut is an insult, a turnip perhaps; FREE things are spam."""
    return [
        WordDetector("insult", {"walnut": 0.93, "turnip": 0.6}, name="manners.v1"),
        WordDetector("spam", {"FREE": 0.97}, name="ads.v1"),
    ]


def emptied(database):
    """The database without a row: quicker than a new one for each of many examples."""
    with database.schema_change() as connection:
        for table in reversed(tables.Table.metadata.sorted_tables):
            connection.execute(table.delete())
    return database


class Site:
    """Its clock stands still until `later`. Mira and Otto review."""

    def __init__(self, database, policy=GARDEN):
        self.database = database
        self.policy = read(policy)
        self.moderator = Moderator(self.policy, detectors=detectors())
        self.now = START
        self.reasons = {reason.id: reason for reason in leaves(reasons_of(self.policy))}
        for name in ("mira", "otto"):
            self.write(lambda session, name=name: put_user(session, name, "reviewer"))

    def read(self, work):
        with self.database.read() as session:
            return work(session)

    def write(self, work):
        return self.database.transact(work)

    def later(self, **time):
        self.now += timedelta(**time)

    def send(self, id, text, author="ann", **fields):
        """The site sends an item, which is decided and kept."""
        new = KeptItemIn(id=id, text=text, author=author, **fields)
        prepared = self.read(lambda session: ready(session, new, self.policy, self.now))
        decision = self.moderator.moderate(prepared.item, prepared.facts)
        return self.write(lambda session: keep(session, new, prepared, decision, self.policy, self.now))

    def edit(self, id, text):
        parts = (("text", text),)

        def prepare(session):
            item = find_item(session, id)
            content = edited(session, revision_of(session, item), parts)
            return ready_again(session, item, content, self.policy, self.now)

        prepared = self.read(prepare)
        decision = self.moderator.moderate(prepared.item, prepared.facts)
        return self.write(
            lambda session: keep_edit(session, id, parts, prepared, decision, self.policy, self.now)
        )

    def delete(self, id):
        return self.write(lambda session: delete(session, id, self.now))

    def report(self, id, reason="rude", reporter="bob", **fields):
        new = NewReport(id, self.reasons[reason], reporter, **fields)
        return self.write(lambda session: report(session, new, self.now))

    def take(self, user="mira", case=None):
        def work(session):
            who = working_user(session, user)
            return take_case(session, case, who, self.now) if case else take_next(session, who, self.now)

        return self.write(work)

    def give_back(self, case, user="mira"):
        self.write(lambda session: give_back(session, case, working_user(session, user)))

    def rule(self, case, action, rule=None, user="mira", **fields):
        new = NewRuling(action, rule, **fields)
        return self.write(
            lambda session: rule_case(session, case, working_user(session, user), new, self.policy, self.now)
        )

    def review(self, action, rule=None, user="mira", **fields):
        """Takes the next case and rules in it."""
        return self.rule(self.take(user).key, action, rule, user, **fields)

    def appeal(self, statement, message="I meant the nut."):
        return self.write(lambda session: appeal(session, statement, message, self.now))

    def expire(self):
        return self.write(lambda session: release_expired(session, self.now))

    def lift(self, author, number, user="mira"):
        return self.write(lambda session: lift_restriction(session, author, number, self.now, actor=user))

    def item(self, id):
        return self.read(lambda session: find_item(session, id))

    def rows(self, table, *where):
        """The rows of a table, oldest first."""
        return self.read(
            lambda session: session.scalars(
                select(table).where(*where).order_by(*table.__table__.primary_key)
            ).all()
        )

    def text(self, row):
        """The content of a row's text; None once it was purged."""
        found = self.rows(tables.Text, tables.Text.id == row.text_id)
        return found[0].content if found else None

    def content(self, id, number):
        def work(session):
            return content_of(session, revision_of(session, find_item(session, id), number))

        return self.read(work)

    def kinds(self, subject=None):
        """The kinds of the events, in their order."""
        events = self.rows(tables.Event)
        return [event.kind for event in events if subject in (None, event.subject)]

    def strikes(self, author="ann", community=None):
        """The weight of the strikes that count."""
        return self.read(
            lambda session: standing(session, find_author(session, author).id, community, self.now)
        )

    def restrictions(self, author="ann"):
        """Action and end of each restriction; None for one that runs."""
        found = self.read(lambda session: find_author(session, author).id)
        rows = self.rows(tables.RestrictionRecord, tables.RestrictionRecord.author_id == found)
        return [(row.action, row.ended) for row in rows]

    def statement(self, id):
        """The newest statement about an item."""
        return self.rows(tables.StatementRecord, tables.StatementRecord.item_id == self.item(id).id)[-1]
