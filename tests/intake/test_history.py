"""The history that a ladder is tried on: what counts against authors now."""

from __future__ import annotations

from datetime import timedelta

from comity.decide.simulate import simulate
from comity.intake.history import incidents
from comity.taxonomy import Severity
from tests.intake.site import ADVERT, DOUBTFUL, FRAUD, FRIENDLY, INSULT, START


def history(site, **given):
    return site.read(lambda session: list(incidents(session, **given)))


def rules(found):
    return [(incident.violations, incident.own) for incident in found]


def test_what_was_taken_down_is_an_incident_and_what_was_not_is_none(site):
    for number, text in enumerate((INSULT, FRIENDLY, DOUBTFUL, ADVERT)):
        site.send(f"post-{number}", text)
    site.send("by nobody", INSULT, author=None)
    [found] = history(site)
    assert found.violations == (("no-insults", Severity.MODERATE),)
    assert (found.decided_at, found.own) == (START, None)


def test_a_label_beside_it_is_no_part_of_the_strike_and_an_account_action_is(site):
    site.send("post-1", f"{INSULT} {ADVERT}")
    site.send("post-2", FRAUD)
    assert rules(history(site)) == [
        ((("no-insults", Severity.MODERATE),), None),
        ((("no-fraud", Severity.MINOR),), "ban"),
    ]


def test_what_a_person_ruled_counts_in_its_place(site):
    site.send("post-1", DOUBTFUL)
    site.later(hours=1)
    site.review("remove", "no-slander")
    [found] = history(site)
    assert [rule for rule, _ in found.violations] == ["no-slander"]
    assert found.decided_at == START + timedelta(hours=1)


def test_what_was_overturned_does_not_count(site):
    site.send("post-1", INSULT)
    site.appeal(site.statement("post-1").key)
    site.review("allow")
    assert history(site) == []


def test_each_revision_that_was_taken_down_counts(site):
    site.send("post-1", INSULT)
    site.edit("post-1", f"{INSULT} Really.")
    assert len(history(site)) == 2


def test_only_a_time_and_a_community_if_they_are_named(site):
    site.send("post-1", INSULT, community="beds")
    site.later(days=2)
    site.send("post-2", INSULT, community="trees")
    assert len(history(site)) == 2
    assert [found.decided_at for found in history(site, since=START + timedelta(days=1))] == [site.now]
    assert [found.decided_at for found in history(site, community="beds")] == [START]


def test_strikes_of_two_communities_do_not_add_up(site):
    for community in ("beds", "beds", "trees"):
        site.send(f"post-{len(history(site))}", INSULT, community=community)
    found = history(site)
    simulation = simulate(site.policy, found)
    assert (simulation.incidents, simulation.authors, simulation.strikes) == (3, 2, 3)
    assert sorted(simulation.gravest.values()) == ["mute", "warn"]


def test_the_ladder_that_was_in_use_would_have_done_what_it_did(site):
    for author, texts in {"ann": [INSULT, INSULT], "bob": [INSULT], "eve": [FRAUD]}.items():
        for number, text in enumerate(texts):
            site.send(f"{author}-{number}", text, author)
            site.later(minutes=1)
    given = [action for author in ("ann", "bob", "eve") for action, _ in site.restrictions(author)]
    assert given == ["warn", "mute", "warn", "ban"]
    simulated = simulate(site.policy, history(site)).steps
    told = [step.action for step in simulated for _ in range(step.restrictions)]
    assert sorted(told) == sorted(given)
