"""Strikes and restrictions follow from decisions, and go with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from comity.errors import NotFound
from comity.store.tables import RestrictionRecord, StrikeRecord
from tests.intake.site import ADVERT, FRAUD, FRIENDLY, INSULT


def overturn(site, id, user="mira"):
    """The author appeals against the last statement about the item, and is right."""
    site.appeal(site.statement(id).key)
    site.review("allow", user=user)


def test_a_removal_gives_a_strike_and_the_first_one_a_warning(site):
    site.send("post-1", INSULT)
    assert (site.strikes(), site.restrictions()) == (1, [("warn", "told")])


def test_a_label_gives_none(site):
    site.send("post-1", ADVERT)
    assert (site.strikes(), site.restrictions()) == (0, [])


def test_strikes_climb_the_ladder(site):
    for number in range(4):
        site.send(f"post-{number}", f"{INSULT} {number}")
    assert site.strikes() == 4
    # The third strike brings a longer mute than the one that runs only if time has passed.
    assert site.restrictions() == [("warn", "told"), ("mute", None), ("suspend", None)]


def test_each_community_counts_its_own_strikes(site):
    site.send("post-1", INSULT, community="roses")
    site.send("post-2", INSULT, community="herbs")
    assert (site.strikes(), site.strikes(community="roses"), site.strikes(community="herbs")) == (0, 1, 1)
    assert site.restrictions() == [("warn", "told")] * 2


def test_a_strike_expires(site):
    site.send("post-1", INSULT)
    site.later(days=30)
    assert site.strikes() == 0
    site.send("post-2", f"{INSULT} Again.")
    assert site.restrictions() == [("warn", "told")] * 2


def test_a_restriction_ends_when_its_time_is_over_and_once(site):
    site.send("post-1", INSULT)
    site.send("post-2", f"{INSULT} Again.")
    site.later(hours=23)
    assert site.expire() == 0
    site.later(hours=1)
    assert (site.expire(), site.expire()) == (1, 0)
    assert site.restrictions() == [("warn", "told"), ("mute", "expired")]
    assert site.kinds("author:ann")[-1] == "author.released"


def test_many_that_end_restrictions_at_once_end_each_once(site):
    for author in "abcdefgh":
        site.send(f"post-{author}", FRIENDLY, author)
        site.report(f"post-{author}")
        site.review("remove", "no-slander")
    site.later(days=1)
    with ThreadPoolExecutor(4) as threads:
        ended = list(threads.map(lambda _: site.expire(), range(4)))
    assert sum(ended) == 8
    assert site.kinds().count("author.released") == 8


def test_an_overturned_decision_takes_its_strike_and_its_restriction_back(site):
    site.send("post-1", INSULT)
    site.send("post-2", f"{INSULT} Again.")
    overturn(site, "post-2")
    assert site.strikes() == 1
    assert site.restrictions() == [("warn", "told"), ("mute", "reversed")]
    revoked = [row.revoked_at is not None for row in site.rows(StrikeRecord)]
    assert revoked == [False, True]


def test_a_restriction_falls_with_an_earlier_strike_that_it_stood_on(site):
    site.send("post-1", INSULT)
    site.send("post-2", f"{INSULT} Again.")
    overturn(site, "post-1")
    assert site.restrictions() == [("warn", "told"), ("mute", "reversed")]


def test_a_restriction_stays_while_enough_strikes_are_left(site):
    for number in range(3):
        site.send(f"post-{number}", f"{INSULT} {number}")
        site.later(minutes=1)
    overturn(site, "post-2")
    assert site.strikes() == 2
    assert site.restrictions() == [("warn", "told"), ("mute", None), ("mute", "reversed")]


def test_a_decision_that_is_upheld_changes_nothing_for_the_account(site):
    site.send("post-1", INSULT)
    site.send("post-2", f"{INSULT} Again.")
    before = site.rows(StrikeRecord)[-1]
    site.later(days=1, minutes=-1)
    site.appeal(site.statement("post-2").key)
    site.review("remove", "no-insults")
    assert (site.strikes(), site.restrictions()) == (2, [("warn", "told"), ("mute", None)])
    after = site.rows(StrikeRecord)[-1]
    assert (after.weight, after.given_at, after.expires_at) == (1, before.given_at, before.expires_at)
    assert site.rows(StrikeRecord)[-2].revoked_by == after.decision_id


def test_what_was_upheld_once_can_still_be_overturned(site):
    site.send("post-1", FRAUD)
    assert site.restrictions() == [("ban", None)]
    site.appeal(site.statement("post-1").key)
    site.review("remove", "no-fraud")
    assert site.restrictions() == [("ban", None)]
    overturn(site, "post-1", user="otto")
    assert site.restrictions() == [("ban", "reversed")]


def test_a_graver_rule_gives_a_heavier_strike_instead(site):
    site.send("post-1", INSULT)
    site.report("post-1")
    site.review("remove", "no-slander")
    assert (site.strikes(), site.restrictions()) == (2, [("warn", "told"), ("mute", None)])
    assert [(row.weight, row.revoked_at is None) for row in site.rows(StrikeRecord)] == [
        (1, False),
        (2, True),
    ]


def test_a_person_who_applies_a_rule_applies_what_it_says_of_the_account(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.review("remove", "no-fraud")
    assert site.restrictions() == [("ban", None)]


def test_a_person_who_is_milder_than_the_rule_spares_the_account(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.review("label", "no-fraud")
    assert site.restrictions() == []


def test_a_restriction_is_lifted_once(site):
    site.send("post-1", FRAUD)
    [ban] = site.rows(RestrictionRecord)
    lifted = site.lift("ann", ban.id)
    site.later(hours=1)
    assert site.lift("ann", ban.id).ended_at == lifted.ended_at == site.now - timedelta(hours=1)
    assert site.restrictions() == [("ban", "lifted")]
    assert site.kinds("author:ann") == ["author.restricted", "author.released"]


def test_a_restriction_of_somebody_else_cannot_be_lifted_by_its_number(site):
    site.send("post-1", FRAUD)
    site.send("post-2", FRIENDLY, "bob")
    [ban] = site.rows(RestrictionRecord)
    with pytest.raises(NotFound):
        site.lift("bob", ban.id)


def test_decisions_at_once_about_one_author_each_see_the_strikes_of_the_others(site):
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: site.send(f"post-{number}", f"{INSULT} {number}"), range(4)))
    assert site.strikes() == 4
    assert sorted(action for action, _ in site.restrictions()) == ["mute", "suspend", "warn"]


def test_an_item_without_an_author_strikes_nobody(site):
    site.send("post-1", INSULT, author=None)
    assert site.rows(StrikeRecord) == []
