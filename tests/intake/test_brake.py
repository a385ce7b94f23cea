"""The brake: which rules it puts in shadow, when it leaves them alone, and how they get back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from comity.errors import NotFound
from comity.intake.accept import find_item, revision_of
from comity.intake.brake import brake, braked_rules, list_braked, release, runaways, with_brakes
from comity.intake.rates import SETTLING, rate, rates
from comity.intake.record import record
from comity.moderator import Moderator
from comity.policy import read
from comity.store.tables import Event
from tests.intake.site import ADVERT, DOUBTFUL, FRIENDLY, GARDEN, INSULT, Site, detectors

EXPECTING = GARDEN.replace(
    "    strikes: 1\n", "    strikes: 1\n    expect: {hits: [0.4, 0.6], of: 8, window: 1h}\n"
)
HELD = frozenset({("garden", "no-insults")})


@pytest.fixture
def site(database):
    return Site(database, EXPECTING)


def send(site, hits, of, start=0):
    """So many posts, of which so many are insults, each by somebody else."""
    for number in range(start, start + of):
        site.send(f"post-{number}", INSULT if number < start + hits else FRIENDLY, f"author-{number}")


def look(site):
    """What the server does every few seconds; the rules that it braked."""
    found = site.read(lambda session: runaways(session, [site.policy], site.now))
    braked = site.write(lambda session: brake(session, found, site.now))
    return [one.rule.id for one in braked]


def held(site):
    return site.read(braked_rules)


def let_go(site, rule="no-insults"):
    site.write(lambda session: release(session, "garden", rule, site.now, actor="mira"))


@pytest.mark.parametrize(("hits", "braked"), [(10, True), (5, False), (0, True)])
def test_a_rule_is_braked_that_hits_too_many_or_too_few(site, hits, braked):
    send(site, hits, of=10)
    assert look(site) == ["no-insults"] * braked
    assert held(site) == (HELD if braked else frozenset())


def test_it_takes_as_many_items_as_the_rule_asks_for(site):
    send(site, 7, of=7)
    assert look(site) == []


def test_a_few_hits_more_may_be_chance(site):
    send(site, 7, of=10)
    assert look(site) == []


def test_it_takes_more_than_a_quiet_hour_to_brake_a_rule_that_hits_rarely(database):
    rarely = EXPECTING.replace("[0.4, 0.6]", "[0.02, 0.6]")
    site = Site(database, rarely)
    send(site, 0, of=10)
    assert look(site) == []


def test_an_event_tells_what_was_found_and_the_rule_why_it_is_held(site):
    send(site, 10, of=10)
    look(site)
    [event] = site.rows(Event, Event.kind == "rule.braked")
    assert (event.subject, event.actor) == ("rule:garden/no-insults", "automation")
    told = {"policy": "garden", "rule": "no-insults", "hits": 10, "items": 10, "expected": [0.4, 0.6]}
    assert event.data == told
    [state] = site.read(list_braked)
    assert state.reason == "it hit 10 of 10 items within 1h (100 %); expected are 40 % to 60 %"
    assert state.since == site.now


def test_what_was_before_the_window_does_not_count(site):
    send(site, 10, of=10)
    site.later(hours=2)
    assert look(site) == []


def test_what_a_person_is_to_decide_is_a_hit(site):
    for number in range(10):
        site.send(f"post-{number}", DOUBTFUL, f"author-{number}")
    assert look(site) == ["no-insults"]


def test_traffic_under_another_version_of_the_policy_does_not_count(site):
    send(site, 10, of=10)
    site.policy = replace(site.policy, version=3)
    assert look(site) == []


def test_two_processes_brake_a_rule_once(site):
    send(site, 10, of=10)
    found = site.read(lambda session: runaways(session, [site.policy], site.now))
    assert len(site.write(lambda session: brake(session, found, site.now))) == 1
    assert site.write(lambda session: brake(session, found, site.now)) == []
    assert site.kinds("rule:garden/no-insults") == ["rule.braked"]


def test_a_released_rule_is_live_and_the_traffic_before_does_not_brake_it_again(site):
    send(site, 10, of=10)
    look(site)
    site.later(minutes=1)
    let_go(site)
    assert held(site) == frozenset()
    assert site.kinds("rule:garden/no-insults") == ["rule.braked", "rule.released"]
    site.later(seconds=1)
    send(site, 0, of=10, start=100)  # by processes that do not know of it yet
    site.later(minutes=1)
    assert look(site) == []
    send(site, 10, of=10, start=200)
    assert look(site) == ["no-insults"]


def test_one_that_was_released_just_before_it_is_braked_stays_released(site):
    send(site, 10, of=10)
    look(site)
    let_go(site)
    site.later(seconds=SETTLING.total_seconds() + 1)
    send(site, 10, of=10, start=100)
    found = site.read(lambda session: runaways(session, [site.policy], site.now))
    assert len(found) == 1
    site.write(lambda session: brake(session, found, site.now))
    let_go(site)
    assert site.write(lambda session: brake(session, found, site.now)) == []
    assert held(site) == frozenset()


@pytest.mark.parametrize("rule", ["no-insults", "no-such-rule"])
def test_only_what_is_braked_can_be_released(site, rule):
    with pytest.raises(NotFound, match="does not hold"):
        let_go(site, rule)


def test_a_policy_with_its_brakes_is_another_plan_and_without_any_the_same_object(site):
    policy = with_brakes(site.policy, HELD)
    assert policy.rule("no-insults").state == "shadow"
    assert [rule.state for rule in policy.rules if rule.id != "no-insults"] == ["live"] * 3
    plan = Moderator(policy, detectors=detectors()).plan
    assert plan.digest != site.moderator.plan.digest
    for braked in (frozenset(), {("another", "no-insults")}, {("garden", "no-such-rule")}):
        assert with_brakes(site.policy, braked) is site.policy
    draft = read(EXPECTING.replace("    strikes: 1\n", "    strikes: 1\n    state: draft\n"))
    assert with_brakes(draft, HELD) is draft


def test_rates_tell_of_every_rule_what_it_decided_live_or_in_shadow(database):
    site = Site(database, EXPECTING.replace("action: label", "action: label\n    state: shadow"))
    texts = [INSULT, DOUBTFUL, ADVERT, ADVERT, FRIENDLY]
    for number, text in enumerate(texts):
        kept = site.send(f"post-{number}", text, f"author-{number}")
        again = site.moderator.moderate(text)
        shadow = site.moderator.shadow(text, again)

        def tried(session, key=kept.accepted.item.key, shadow=shadow):
            item = find_item(session, key)
            record(session, item, revision_of(session, item), shadow, site.policy, now=site.now)

        site.write(tried)
    since = site.now - timedelta(hours=1)
    found = {one.rule: one for one in site.read(lambda session: rates(session, site.policy, since))}
    counts = {rule: (one.state, one.items, one.hits, one.reviews) for rule, one in found.items()}
    assert counts == {
        "no-insults": ("live", 5, 2, 1),
        "no-spam": ("shadow", 5, 2, 0),
        "no-slander": ("live", 5, 0, 0),
        "no-fraud": ("live", 5, 0, 0),
    }
    share = found["no-insults"].hit_share
    assert share.value == 0.4
    assert 0.1 < share.low < 0.4 < share.high < 0.8


def test_the_newest_items_are_enough_to_tell_a_rate(site):
    send(site, 3, of=3)
    site.later(minutes=1)
    send(site, 1, of=2, start=100)
    rule, since = site.policy.rule("no-insults"), site.now - timedelta(hours=1)
    found = site.read(lambda session: rate(session, site.policy, rule, since, most=2))
    assert (found.items, found.hits) == (2, 1)


def test_processes_that_brake_at_the_same_time_tell_of_it_once(site):
    for round_ in range(2):  # the first time the rule has no state yet
        send(site, 10, of=10, start=round_ * 100)
        found = site.read(lambda session: runaways(session, [site.policy], site.now))
        work = partial(brake, found=found, now=site.now)
        with ThreadPoolExecutor(4) as processes:
            braked = list(processes.map(lambda _, work=work: site.write(work), range(4)))
        assert sorted(map(len, braked)) == [0, 0, 0, 1]
        let_go(site)
        site.later(minutes=1)
    assert site.kinds("rule:garden/no-insults") == ["rule.braked", "rule.released"] * 2
