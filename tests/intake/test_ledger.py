"""Whatever people do in whatever order, the log and what follows from it stay whole."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import groupby

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from comity.errors import Conflict, Forbidden, InputError
from comity.store.check import check
from comity.store.tables import (
    Appeal,
    Author,
    Case,
    CurrentDecision,
    DecisionRecord,
    Event,
    ItemRecord,
    Pending,
    Report,
    RestrictionRecord,
    Revision,
    StatementRecord,
    StrikeRecord,
    User,
    ViolationRecord,
)
from tests.intake.site import ADVERT, DOUBTFUL, FRAUD, FRIENDLY, INSULT, Site, emptied

STRIKES = {"no-insults": 1, "no-slander": 2, "no-spam": 2, "no-fraud": 0}
"""What a violation of each rule weighs."""
ADVERSE = {"limit", "remove", "block"}
EXPIRE = timedelta(days=30)

texts = st.sampled_from([INSULT, DOUBTFUL, FRIENDLY, ADVERT, FRAUD])
authors = st.sampled_from(["ann", "bob", None])
communities = st.sampled_from(["roses", None])
users = st.sampled_from(["mira", "otto"])
actions = st.sampled_from(["allow", "label", "limit", "remove", "block"])
rules = st.sampled_from(sorted(STRIKES))
some = st.integers(0, 50)


class Ledger(RuleBasedStateMachine):
    def __init__(self, database):
        super().__init__()
        self.site = Site(emptied(database))
        self.sent = 0

    @rule(text=texts, author=authors, community=communities)
    def somebody_writes(self, text, author, community):
        self.site.send(f"post-{self.sent}", text, author, community=community)
        self.sent += 1

    @rule(which=some, text=texts)
    def somebody_edits(self, which, text):
        if self.sent:
            _if_allowed(self.site.edit, f"post-{which % self.sent}", text)

    @rule(which=some)
    def somebody_deletes(self, which):
        if self.sent:
            self.site.delete(f"post-{which % self.sent}")

    @rule(
        which=some,
        reporter=st.sampled_from(["carol", "dora", None]),
        reason=st.sampled_from(["rude", "junk"]),
    )
    def somebody_reports(self, which, reporter, reason):
        if self.sent:
            self.site.report(f"post-{which % self.sent}", reason, reporter)

    @rule(user=users)
    def somebody_takes_a_case(self, user):
        self.site.take(user)

    @rule(which=some, user=users, action=actions, broken=rules)
    def somebody_rules(self, which, user, action, broken):
        if cases := self.site.rows(Case):
            key = cases[which % len(cases)].key
            _if_allowed(self.site.rule, key, action, None if action == "allow" else broken, user)

    @rule(user=users, action=actions, broken=rules)
    def somebody_takes_the_next_case_and_rules(self, user, action, broken):
        if case := self.site.take(user):
            self.site.rule(case.key, action, None if action == "allow" else broken, user)

    @rule(which=some, user=users)
    def somebody_gives_a_case_back(self, which, user):
        if cases := self.site.rows(Case):
            self.site.give_back(cases[which % len(cases)].key, user)

    @rule(which=some)
    def somebody_appeals(self, which):
        if statements := self.site.rows(StatementRecord):
            _if_allowed(self.site.appeal, statements[which % len(statements)].key)

    @rule(which=some)
    def somebody_lifts_a_restriction(self, which):
        if restrictions := self.site.rows(RestrictionRecord):
            found = restrictions[which % len(restrictions)]
            [author] = self.site.rows(Author, Author.id == found.author_id)
            self.site.lift(author.key, found.id)

    @rule(minutes=st.sampled_from([1, 9, 60, 24 * 60, 8 * 24 * 60, 31 * 24 * 60]))
    def time_passes(self, minutes):
        self.site.later(minutes=minutes)

    @rule()
    def what_is_over_ends(self):
        self.site.expire()
        left = self.site.rows(
            RestrictionRecord, RestrictionRecord.until <= self.site.now, RestrictionRecord.ended_at.is_(None)
        )
        assert left == []

    @invariant()
    def the_state_is_what_the_log_says(self):
        assert list(check(self.site.database)) == []

    @invariant()
    def every_revision_has_one_current_decision_its_newest(self):
        newest = {
            (row.item_id, row.revision): row.id for row in self.site.rows(DecisionRecord) if not row.shadow
        }
        current = {(row.item_id, row.revision): row.decision_id for row in self.site.rows(CurrentDecision)}
        assert current == newest
        waiting = {row.revision_id for row in self.site.rows(Pending)}
        decidable = {
            (row.item_id, row.number)
            for row in self.site.rows(Revision)
            if row.change != "delete" and row.id not in waiting
        }
        assert set(current) == decidable

    @invariant()
    def an_item_has_one_open_case_at_most(self):
        assert max(Counter(case.item_id for case in self._open_cases()).values(), default=0) <= 1

    @invariant()
    def only_open_cases_are_held(self):
        held = [case for case in self.site.rows(Case) if case.holder_id or case.leased_until]
        assert all(case.closed_at is None and case.holder_id and case.leased_until for case in held)

    @invariant()
    def whoever_asked_is_answered_when_the_case_is_closed(self):
        open_cases = {case.id for case in self._open_cases()}
        for asked in (*self.site.rows(Report), *self.site.rows(Appeal)):
            assert (asked.outcome is None) == (asked.case_id in open_cases)
            assert (asked.closed_at is None) == (asked.outcome is None)

    @invariant()
    def no_appeal_was_decided_by_who_decided_before(self):
        decisions = {row.id: row for row in self.site.rows(DecisionRecord)}
        statements = {row.id: decisions[row.decision_id] for row in self.site.rows(StatementRecord)}
        users = {row.key for row in self.site.rows(User)}
        told = {event.data["appeal"]: event.actor for event in self._events("appeal.closed")}
        for appeal in self.site.rows(Appeal):
            if appeal.outcome is not None:
                assert told[appeal.key] in users
                assert told[appeal.key] != statements[appeal.statement_id].actor

    @invariant()
    def every_adverse_current_decision_has_a_statement(self):
        stated = {row.decision_id for row in self.site.rows(StatementRecord)}
        current = {row.decision_id for row in self.site.rows(CurrentDecision)}
        adverse = {row.id for row in self.site.rows(DecisionRecord) if row.action in ADVERSE}
        assert adverse & current <= stated

    @invariant()
    def strikes_are_what_the_current_decisions_weigh(self):
        counted, recounted = Counter(), self._recount()
        for strike in self.site.rows(StrikeRecord):
            if strike.revoked_at is None and strike.expires_at > self.site.now:
                counted[strike.author_id, strike.community] += strike.weight
        assert +counted == +recounted

    @invariant()
    def a_restriction_runs_only_while_its_decision_or_its_strikes_stand(self):
        current = {row.decision_id for row in self.site.rows(CurrentDecision)}
        decisions = {row.id: row for row in self.site.rows(DecisionRecord)}
        standing = {(decisions[id].item_id, decisions[id].revision): decisions[id] for id in current}
        for row in self.site.rows(RestrictionRecord, RestrictionRecord.ended_at.is_(None)):
            given = decisions[row.decision_id]
            assert standing[given.item_id, given.revision].action in ADVERSE

    @invariant()
    def events_are_numbered_without_a_gap_and_tell_of_each_decision_once(self):
        numbers = [event.id for event in self.site.rows(Event)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        told = Counter(event.data["decision"] for event in self._events("item.decided"))
        assert told == Counter(row.key for row in self.site.rows(DecisionRecord))

    def _events(self, kind):
        return self.site.rows(Event, Event.kind == kind)

    def _open_cases(self):
        return self.site.rows(Case, Case.closed_at.is_(None))

    def _recount(self):
        """The weight of the strikes by author and community, from the decisions alone. The strike of a decision that
        is confirmed goes on from when it was first given.
        """
        items = {row.id: row for row in self.site.rows(ItemRecord)}
        broken = {}
        for found in self.site.rows(ViolationRecord):
            broken.setdefault(found.decision_id, []).append(found)
        total = Counter()
        decisions = sorted(
            self.site.rows(DecisionRecord), key=lambda row: (row.item_id, row.revision, row.id)
        )
        for (item_id, _), chain in groupby(decisions, lambda row: (row.item_id, row.revision)):
            rows = list(chain)
            bring = [(_weight(row, broken.get(row.id, [])), row.account_action) for row in rows]
            first = len(bring) - 1
            while first and bring[first - 1] == bring[-1]:
                first -= 1
            given = rows[first].decided_at
            item = items[item_id]
            if item.author_id is not None and given + EXPIRE > self.site.now:
                total[item.author_id, item.community] += bring[-1][0]
        return total


def _weight(decision, violations):
    if decision.action not in ADVERSE:
        return 0
    counts = [found for found in violations if decision.actor != "automation" or found.action in ADVERSE]
    return max((STRIKES[found.rule] for found in counts), default=0)


def _if_allowed(act, *arguments):
    with suppress(Conflict, Forbidden, InputError):
        act(*arguments)


def test_the_ledger_stays_whole_whatever_people_do(kept_database):
    # Unshrunk: each step asks the database a dozen questions, and shrinking takes minutes.
    phases = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]
    run_state_machine_as_test(
        lambda: Ledger(kept_database),
        settings=settings(max_examples=6, stateful_step_count=25, phases=phases),
    )
