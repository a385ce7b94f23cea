"""`comity webhooks`: add, list, rotate, disable, enable, dead, replay, discard, remove."""

from __future__ import annotations

import json

import pytest

from comity.store import Database
from comity.store.events import tell
from comity.store.tables import Delivery, now

URL = "https://forum.example/comity"


@pytest.fixture
def place(tmp_path):
    return f"sqlite:///{tmp_path / 'comity.db'}"


@pytest.fixture
def webhooks(comity, place, monkeypatch):
    monkeypatch.setenv("COMITY_DATABASE", place)
    monkeypatch.setenv("COMITY_WEBHOOK_HOSTS", "forum.internal, 10.0.0.7")
    return lambda *arguments: comity("webhooks", *arguments)


def test_a_secret_is_printed_once_and_alone_so_that_a_pipe_can_take_it(webhooks):
    added = webhooks("add", "forum", URL, "--kind", "item.decided")
    secret = added.stdout.strip()
    assert secret.startswith("whsec_")
    assert "not shown again" in added.stderr
    rotated = json.loads(webhooks("rotate", "forum", "--json").stdout)["secret"]
    listed = webhooks("list", "--json").stdout
    assert secret not in listed
    assert rotated not in listed
    [row] = [json.loads(line) for line in listed.splitlines()]
    assert (row["name"], row["url"], row["kinds"]) == ("forum", URL, ["item.decided"])
    assert "forum" in webhooks("list").stdout


def test_the_dead_are_listed_replayed_and_discarded(webhooks, place):
    webhooks("add", "forum", "http://10.0.0.7/")
    with Database(place) as database, database.write() as session:
        for number in (1, 2, 3):
            tell(session, "item.decided", f"item:{number}", {}, now=now())
        session.flush()
        for delivery in session.query(Delivery):
            delivery.dead_at, delivery.error = now(), "the answer was 500"
    rows = [json.loads(line) for line in webhooks("dead", "forum", "--json").stdout.splitlines()]
    assert [row["subject"] for row in rows] == ["item:1", "item:2", "item:3"]
    assert {(row["kind"], row["error"]) for row in rows} == {("item.decided", "the answer was 500")}
    assert "1 of forum" in webhooks("replay", "forum", str(rows[0]["id"])).stdout
    assert "1 of forum" in webhooks("discard", "forum", str(rows[1]["id"])).stdout
    assert "1 of forum" in webhooks("replay", "forum").stdout
    assert webhooks("dead", "forum", "--json").stdout == ""


def test_a_webhook_is_disabled_enabled_and_removed(webhooks):
    webhooks("add", "forum", URL)
    assert webhooks("disable", "forum").returncode == 0
    assert json.loads(webhooks("list", "--json").stdout)["disabled_at"] is not None
    assert webhooks("enable", "forum").returncode == 0
    assert json.loads(webhooks("list", "--json").stdout)["disabled_at"] is None
    assert webhooks("remove", "forum").returncode == 0
    assert webhooks("list", "--json").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "forum", "http://forum.example/"), "COMITY_WEBHOOK_HOSTS"),
        (("add", "forum", URL, "--kind", "item.decidet"), "item.decided"),
        (("rotate", "forum", "--overlap-hours", "1000"), "0 to 168"),
        (("remove", "forum"), "List the webhooks"),
        (("replay", "forum"), "List the webhooks"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(webhooks, arguments, told):
    answer = webhooks(*arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
