"""`comity policy rates`, `braked`, `release` and `ladder`: what rules and ladders do, from the database of a forum."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from comity.intake.brake import braked_rules
from comity.store import Database
from comity.store.tables import RuleState, now
from tests.intake.site import ADVERT, DOUBTFUL, FRIENDLY, GARDEN, INSULT, Site

MILDER = GARDEN.replace("policy: garden", "policy: milder").replace(
    "at: 2, action: mute", "at: 3, action: mute"
)
WHY = "it hit 40 of 40 items within 1h (100 %); expected are 0.1 % to 5 %"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A database with a day of the forum, and its policy and a milder one as files."""
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    monkeypatch.setenv("COMITY_DATABASE", url)
    (tmp_path / "garden.yaml").write_text(GARDEN)
    (tmp_path / "milder.yaml").write_text(MILDER)
    with Database(url) as database:
        site = Site(database)
        site.now = now() - timedelta(hours=5)
        for number, text in enumerate((INSULT, INSULT, DOUBTFUL, ADVERT, FRIENDLY)):
            site.send(f"post-{number}", text, community="beds")
        site.now = now() - timedelta(days=30)
        site.send("old", INSULT, "bob")
    return url


def rows(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_rates_count_what_each_rule_hit_in_the_window(comity, place):
    found = {
        row["rule"]: row for row in rows(comity("policy", "rates", "garden.yaml", "--window", "1d", "--json"))
    }
    insults = found["no-insults"]
    assert (insults["items"], insults["hits"], insults["reviews"]) == (5, 3, 1)
    assert insults["hit_share"]["low"] < 0.6 < insults["hit_share"]["high"]
    assert found["no-slander"]["hits"] == 0
    shown = comity("policy", "rates", "garden.yaml", "--window", "60d").stdout
    assert "66.7 %" in shown  # with the old one, 4 of 6
    none = rows(comity("policy", "rates", "garden.yaml", "--json"))
    assert {(row["items"], row["hit_share"]) for row in none} == {(0, None)}


def test_what_the_brake_holds_is_listed_and_let_go(comity, place):
    assert "holds no rule" in comity("policy", "braked").stdout
    with Database(place) as database, database.write() as session:
        session.add(RuleState(policy="garden", rule="no-insults", state="shadow", reason=WHY, since=now()))
    [row] = rows(comity("policy", "braked", "--json"))
    assert (row["policy"], row["rule"], row["why"]) == ("garden", "no-insults", WHY)
    assert "live again" in comity("policy", "release", "garden", "no-insults").stdout
    with Database(place) as database, database.read() as session:
        assert braked_rules(session) == frozenset()
    again = comity("policy", "release", "garden", "no-insults")
    assert (again.returncode, "comity policy braked" in again.stderr) == (2, True)


def test_a_ladder_is_tried_on_the_history(comity, place):
    shown = comity("policy", "ladder", "garden.yaml")
    assert shown.returncode == 0, shown.stderr
    assert "garden@2: 3 incidents of 2 authors, 3 strikes" in shown.stdout
    [told] = rows(comity("policy", "ladder", "garden.yaml", "--since", "7", "--community", "beds", "--json"))
    assert (told["simulation"]["incidents"], told["simulation"]["authors"]) == (2, 1)


def test_two_ladders_are_compared_on_the_same_history(comity, place):
    arguments = ("policy", "ladder", "garden.yaml", "--against", "milder.yaml")
    [told] = rows(comity(*arguments, "--json"))
    assert told["difference"]["authors"]["mute"] == [0, 1]
    assert (told["difference"]["stricter"], told["difference"]["milder"]) == (1, 0)
    shown = comity(*arguments).stdout
    assert "Stricter for 1 authors, milder for 0." in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ladder", "community"), "has no ladder"),
        (("ladder", "garden.yaml", "--database", "sqlite:///none.db"), "no such database"),
        (("rates", "garden.yaml", "--window", "1y"), "30m, 1h or 7d"),
        (("rates", "none"), "no policy `none`"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(comity, place, arguments, told):
    answer = comity("policy", *arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
