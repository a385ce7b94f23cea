"""`comity store check` and what it keeps of texts: retain, purge, hold, export, erase."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from comity.store import Database
from comity.store.tables import ItemRecord, now
from tests.intake.site import FRIENDLY, INSULT, Site

MARK = "a-mark-that-nobody-else-writes"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Two items of ann and one of bob, on two days."""
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    monkeypatch.setenv("COMITY_DATABASE", url)
    with Database(url) as database:
        site = Site(database)
        site.now = now() - timedelta(days=40)
        site.send("post-1", f"{INSULT} {MARK}", community="roses")
        site.later(days=30)
        site.send("post-2", f"{FRIENDLY} {MARK}", community="roses")
        site.send("post-3", FRIENDLY, "bob")
        yield site


@pytest.fixture
def store(comity, site):
    return lambda *arguments, **given: comity("store", *arguments, **given)


def rows(answer):
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_texts_are_kept_as_long_as_a_rule_says(store, site):
    assert "purged after 30 days" in store("retain", "item", "30").stdout
    store("retain", "decision", "3", "--community", "roses")
    assert rows(store("retain", "--list", "--json")) == [
        {"kind": "item", "days": 30, "community": None},
        {"kind": "decision", "days": 3, "community": "roses"},
    ]
    due = {"item": 1, "decision": 2}
    assert rows(store("purge", "--dry-run", "--json")) == [{"dry_run": True, "purged": due}]
    assert site.content("post-1", 1) is not None
    assert store("purge").stdout == "1 of kind item, 2 of kind decision are purged\n"
    assert site.content("post-1", 1) is None
    assert store("purge").stdout == "none are purged\n"
    store("retain", "item", "ever")
    assert [row["kind"] for row in rows(store("retain", "--list", "--json"))] == ["decision"]


def test_an_author_is_exported_held_and_erased(store, site, tmp_path):
    assert store("export", "ann", "-o", "ann.jsonl").returncode == 0
    told = [json.loads(line) for line in (tmp_path / "ann.jsonl").read_text().splitlines()]
    assert [row["key"] for row in told if row["table"] == "items"] == ["post-1", "post-2"]
    (tmp_path / "ann.jsonl").unlink()

    [placed] = rows(store("hold", "item", "post-2", "--reason", "court order 12", "--json"))
    assert "post-2" in store("holds").stdout
    kept = store("erase", "ann", "--yes", "--json")
    assert kept.returncode == 1
    assert json.loads(kept.stdout) == {"author": "ann", "texts": 3, "copies": 0, "held": 2}
    assert store("lift", str(placed["id"])).returncode == 0
    assert rows(store("holds", "--json")) == []
    assert rows(store("erase", "ann", "--yes", "--json"))[0]["texts"] == 2
    site.database.close()
    assert not any(MARK.encode() in file.read_bytes() for file in tmp_path.glob("comity.db*"))


def test_erasing_asks_first(store, site):
    asked = store("erase", "ann", stdin="n\n")
    assert asked.returncode == 1
    assert "Erase everything that ann wrote?" in asked.stderr
    assert site.content("post-1", 1) is not None


def test_a_database_is_checked_and_rebuilt(store, site):
    assert store("check").stdout == "everything is as the log says\n"
    site.write(lambda session: session.execute(update(ItemRecord).values(action="block")))
    found = store("check", "--json")
    assert found.returncode == 1
    assert [json.loads(line)["item"] for line in found.stdout.splitlines()] == ["post-1", "post-2", "post-3"]
    rebuilt = store("check", "--rebuild")
    assert rebuilt.returncode == 0
    assert rebuilt.stdout.endswith("3 differences, 3 rebuilt\n")
    assert site.item("post-3").action == "allow"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("retain", "letter", "30"), "no kind of text"),
        (("hold", "author", "nobody", "--reason", "why"), "nothing is kept"),
        (("export", "nobody", "-o", "nobody.jsonl"), "no such author"),
        (("check", "--database", "sqlite:///nowhere.db"), "no such database"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(store, tmp_path, arguments, told):
    answer = store(*arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "nobody.jsonl").exists()
