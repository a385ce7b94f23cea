"""A case is one person's for a while, and never two persons'."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from comity.errors import Conflict, Forbidden, NotFound
from comity.review.lease import take_next
from comity.store.tables import Case
from comity.store.users import disable_user, put_user, working_user
from tests.intake.site import DOUBTFUL, FRIENDLY, INSULT


def test_the_most_urgent_case_is_taken_first(site):
    site.send("post-1", DOUBTFUL)
    site.send("post-2", DOUBTFUL)
    site.report("post-2")
    assert [site.take("mira").item_id, site.take("otto").item_id] == [
        site.item("post-2").id,
        site.item("post-1").id,
    ]
    assert site.take("mira") is None


def test_of_equally_urgent_cases_the_oldest_is_taken(site):
    for number in range(3):
        site.send(f"post-{number}", DOUBTFUL)
    taken = [site.take().item_id for _ in range(3)]
    assert taken == sorted(taken)


def test_what_somebody_has_cannot_be_taken_and_what_one_has_can_be_kept(site):
    site.send("post-1", DOUBTFUL)
    case = site.take("mira")
    with pytest.raises(Conflict, match="somebody else"):
        site.take("otto", case.key)
    site.later(minutes=9)
    site.take("mira", case.key)
    site.later(minutes=9)
    with pytest.raises(Conflict):
        site.take("otto", case.key)


def test_a_lease_that_ran_out_is_free_and_no_longer_ones_own(site):
    site.send("post-1", DOUBTFUL)
    case = site.take("mira")
    site.later(minutes=10)
    with pytest.raises(Conflict, match="not yours"):
        site.rule(case.key, "allow", user="mira")
    assert site.take("otto").key == case.key


def test_a_case_that_is_given_back_is_free(site):
    site.send("post-1", DOUBTFUL)
    case = site.take("mira")
    site.give_back(case.key, "otto")
    assert site.take("otto") is None
    site.give_back(case.key, "mira")
    assert site.take("otto").key == case.key


def test_a_closed_case_cannot_be_taken(site):
    site.send("post-1", DOUBTFUL)
    case = site.take()
    site.rule(case.key, "allow")
    with pytest.raises(Conflict, match="closed"):
        site.take(case=case.key)
    with pytest.raises(NotFound):
        site.take(case="case-nowhere")


def test_who_was_disabled_takes_nothing(site):
    site.send("post-1", DOUBTFUL)
    site.write(lambda session: disable_user(session, "mira"))
    with pytest.raises(Forbidden):
        site.take("mira")


def test_sixteen_people_who_take_cases_at_once_never_get_the_same_one(site):
    people = [f"reviewer-{number}" for number in range(16)]
    for name in people:
        site.write(lambda session, name=name: put_user(session, name, "reviewer"))
    for number in range(40):
        site.send(f"post-{number}", DOUBTFUL, author=None)

    def work(name):
        taken = []
        for _ in range(4):
            case = site.write(lambda session: take_next(session, working_user(session, name), site.now))
            taken += [case.key] if case else []
        return taken

    with ThreadPoolExecutor(16) as threads:
        taken = [key for keys in threads.map(work, people) for key in keys]
    assert len(taken) == len(set(taken)) == 40
    holders = [case.holder_id for case in site.rows(Case)]
    assert None not in holders


def test_sixteen_people_who_want_one_case_do_not_share_it(site):
    site.send("post-1", DOUBTFUL)
    [case] = site.rows(Case)
    people = [f"reviewer-{number}" for number in range(16)]
    for name in people:
        site.write(lambda session, name=name: put_user(session, name, "reviewer"))

    def work(name):
        try:
            return site.take(name, case.key) is not None
        except Conflict:
            return False

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(work, people)) == 1


def test_an_appeal_is_never_handed_to_who_made_the_decision(site):
    site.send("post-1", FRIENDLY)
    site.report("post-1")
    site.review("remove", "no-insults", user="mira")
    site.appeal(site.statement("post-1").key)
    assert site.take("mira") is None
    [case] = site.rows(Case, Case.closed_at.is_(None))
    with pytest.raises(Conflict, match="somebody else"):
        site.take("mira", case.key)
    assert site.take("otto").key == case.key


def test_an_appeal_against_the_machine_can_be_taken_by_anybody(site):
    site.send("post-1", INSULT)
    site.appeal(site.statement("post-1").key)
    assert site.take("mira") is not None
