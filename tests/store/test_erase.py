"""Erasing an author leaves no byte of what they wrote, in no table and in no file; what is held stays, and is told."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import select

from comity.content import FactEvidence
from comity.detect import Signal, Signals
from comity.errors import NotFound, StoreError
from comity.intake.accept import accept, content_in
from comity.moderator import Moderator
from comity.store import Database, NewAnnotation, NewExample, add_annotation, add_example, engines
from comity.store.check import check
from comity.store.erase import erase_author
from comity.store.examples import revision_of_examples
from comity.store.export import export_author
from comity.store.golden import NewGoldenItem, add_golden, list_golden
from comity.store.retention import hold, lift_hold
from comity.store.tables import Annotation, Author, Event, Example, ItemRecord, Pending, Text
from comity.wire.items import KeptItemIn
from tests.fakes import WordDetector
from tests.intake.site import FRIENDLY, Site, detectors
from tests.store.rows import contents

MARK = token_hex(16)
"""Stands in everything that ann writes, and in what others quote of it."""
RUDE = f"You walnut {MARK}, learn to prune."


class Reader(WordDetector):
    """Tells the word that it found, as a detector of disguised words does."""

    def detect(self, items):
        told = FactEvidence("plain word", MARK)
        signal = Signal("insult", 0.6, self.name, evidence=(told,))
        return [Signals((signal,)) if MARK in item.text_parts[0].text else Signals() for item in items]


@pytest.fixture
def busy(site):
    return spread(site)


def spread(site):
    """The site once what ann wrote has reached every kind of row that it can reach."""
    site.moderator = Moderator(site.policy, detectors=[*detectors(), Reader("insult", {}, name="reader.v1")])
    ann = {"id": "ann", "motto": f"I am {MARK}"}
    site.send("post-1", RUDE, ann, community="roses", thread="t-1")
    site.send("post-2", f"turnip {MARK} " * 2_000, ann, community="roses", thread="t-1")
    site.edit("post-2", f"What a turnip, {MARK}.")
    site.send("post-3", f"Fine words, {MARK}.", ann, thread="t-1")
    site.delete("post-3")
    site.send("post-4", "Who is that?", "bob", community="roses", thread="t-1", reply_to="post-1")
    site.report("post-2", reporter="bob", comment=f"Look: {MARK}")
    site.report("post-4", reporter="ann", comment=f"That is me, {MARK}")
    site.appeal(site.statement("post-1").key, f"I meant {MARK}")
    site.review("remove", "no-insults", note=f"A person called {MARK}")
    site.review("remove", "no-insults", note=f"Again {MARK}")
    site.review("allow", note="Bob only asks.")

    def add(session):
        for item in ("post-1", "of-a-data-set"):
            add_annotation(session, NewAnnotation(item, RUDE, "insult", 1.0, "mira", "console"))
        add_example(session, NewExample("garden", "no-insults", RUDE, True))
        add_golden(session, NewGoldenItem("garden", RUDE, "remove", "no-insults"))
        answer = KeptItemIn(id="post-5", fetch="https://forum.example/5", author="ann")
        accept(session, answer, content_in(answer), "garden", site.now)

    site.write(add)
    return site


def erased(site, author="ann"):
    return site.write(lambda session: erase_author(session, author, actor="operator", now=site.now))


def marked(site):
    """The tables in which the mark stands, in any column."""
    return {table for table, rows in contents(site.database).items() for row in rows if MARK in repr(row)}


def test_what_an_author_wrote_reaches_these_tables_and_kinds_of_texts(busy):
    assert marked(busy) == {"texts", "item_texts", "examples"}
    kinds = {text.kind for text in busy.rows(Text) if MARK in text.content}
    assert kinds == {"item", "decision", "report", "note", "appeal", "golden"}


def test_no_byte_of_it_is_left_in_any_table(busy):
    found = erased(busy)
    busy.database.vacuum()
    assert marked(busy) == set()
    assert (found.held, found.copies) == (0, 3)
    assert found.texts > 12
    assert busy.rows(Author, Author.key == "ann")[0].erased_at == busy.now


@pytest.mark.parametrize("after", ["vacuum", "checkpoint"])
def test_no_byte_of_it_is_left_in_the_files_of_sqlite(file, after):
    busy = spread(Site(file))
    file.checkpoint()
    assert sum(each.count(MARK.encode()) for each in files(busy)) > 2_000
    erased(busy)
    getattr(file, after)()
    assert len(files(busy)) >= 2
    assert not any(MARK.encode() in each for each in files(busy))


def files(site):
    """The bytes of the database's file and of those beside it."""
    file = Path(site.database.place.removeprefix("sqlite:///"))
    return [found.read_bytes() for found in file.parent.glob(f"{file.name}*")]


def test_the_log_and_what_others_wrote_elsewhere_stay(busy):
    before = contents(busy.database)
    erased(busy)
    after = contents(busy.database)
    for table in (
        "revisions",
        "decisions",
        "violations",
        "statements",
        "rulings",
        "reports",
        "appeals",
        "strikes",
    ):
        assert len(after[table]) == len(before[table])
    assert busy.content("post-4", 1).parts == [("text", "Who is that?")]
    assert busy.item("post-1").action == "remove"
    assert list(check(busy.database)) == []


def test_copies_of_the_authors_words_go_and_similar_ones_stay(busy):
    with busy.database.write() as session:
        add_example(session, NewExample("garden", "no-insults", "You walnut.", True))
        before = revision_of_examples(session, "garden")
    erased(busy)
    assert [example.text for example in busy.rows(Example)] == ["You walnut."]
    assert busy.read(lambda session: revision_of_examples(session, "garden")) == before + 1
    assert busy.read(list_golden).rows == ()
    assert [annotation.text for annotation in busy.rows(Annotation)] == [None, None]


def test_nothing_more_is_fetched_of_an_erased_author(busy):
    [waiting] = busy.rows(Pending)
    assert waiting.source
    erased(busy)
    [waiting] = busy.rows(Pending)
    assert waiting.source is None


def test_erasing_again_finds_nothing_and_what_is_written_later_is_kept(busy):
    erased(busy)
    again = erased(busy)
    assert (again.texts, again.copies, again.held) == (0, 0, 0)
    busy.send("post-9", FRIENDLY, "ann")
    assert busy.content("post-9", 1).parts == [("text", FRIENDLY)]


def test_it_is_told_in_numbers(busy):
    found = erased(busy)
    told = busy.rows(Event)[-1]
    assert (told.kind, told.actor) == ("author.erased", "operator")
    assert told.data == {"author": "ann", "texts": found.texts, "copies": 3, "held": 0}


@pytest.mark.parametrize(("kind", "subject"), [("author", "ann"), ("community", "roses"), ("item", "post-1")])
def test_what_is_held_stays_is_counted_and_goes_once_the_hold_is_lifted(busy, kind, subject):
    number = busy.write(
        lambda session: hold(session, kind, subject, "A court asks.", "operator", busy.now)
    ).id
    texts = len(busy.rows(Text))
    found = erased(busy)
    assert found.held > 0
    assert busy.content("post-1", 1) is not None
    assert busy.rows(Author, Author.key == "ann")[0].erased_at is None
    assert busy.rows(Annotation, Annotation.item_id == "post-1")[0].text == RUDE
    assert busy.content("post-3", 1) is None or kind == "author"
    assert (found.texts == 0) == (kind == "author")
    assert len(busy.rows(Text)) <= texts - found.texts
    busy.write(lambda session: lift_hold(session, number, "operator", busy.now))
    assert erased(busy).held == 0
    assert marked(busy) == set()


def test_nobody_is_erased_by_a_name_that_is_not_there(site):
    with pytest.raises(NotFound):
        erased(site, "nobody")


def test_a_vacuum_and_a_checkpoint_say_when_somebody_is_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as database, database.read() as reading:
        reading.execute(select(ItemRecord)).all()
        with database.write() as session:
            add_example(session, NewExample("garden", "no-insults", "You walnut.", True))
        assert not database.checkpoint(0.1)
        with Database(database.place) as other, pytest.raises(StoreError) as refused:
            other.vacuum()
    assert refused.value.code == "S004"


def test_a_vacuum_while_another_writes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    with Database(f"sqlite:///{tmp_path / 'comity.db'}") as writing, writing.write() as session:
        add_example(session, NewExample("garden", "no-insults", "You walnut.", True))
        with Database(writing.place) as other, pytest.raises(StoreError) as refused:
            other.vacuum()
    assert refused.value.code == "S004"


def exported(site, author="ann"):
    """As it is written down: plain data."""
    rows = site.read(lambda session: list(export_author(session, author)))
    return [json.loads(json.dumps(row)) for row in rows]


def test_the_export_holds_everything_that_the_author_wrote(busy):
    rows = exported(busy)
    revisions = [row["text"]["parts"] for row in rows if row["table"] == "revisions" and "text" in row]
    assert [["text", RUDE]] in revisions
    assert [["text", f"What a turnip, {MARK}."]] in revisions
    assert {"table", "motto"} <= {"table", *rows_text(rows, "revisions")[0]["author"]}
    assert rows_text(rows, "reports") == [f"That is me, {MARK}"]
    assert rows_text(rows, "appeals") == [f"I meant {MARK}"]
    assert {row["table"] for row in rows} >= {
        "authors",
        "items",
        "revisions",
        "decisions",
        "statements",
        "appeals",
        "reports",
        "strikes",
        "item_texts",
    }


def rows_text(rows, table):
    return [row["text"] for row in rows if row["table"] == table and "text" in row]


def test_the_export_holds_nothing_that_others_wrote(busy):
    told = json.dumps(exported(busy))
    assert "Look:" not in told
    assert "A person called" not in told
    assert "bob" not in told


def test_after_erasing_the_export_holds_no_text(busy):
    erased(busy)
    rows = exported(busy)
    assert not any("text" in row for row in rows)
    assert MARK not in json.dumps(rows)


def test_nothing_is_exported_by_a_name_that_is_not_there(site):
    with pytest.raises(NotFound):
        exported(site, "nobody")
