"""A store as it is after so many items, made by the database itself, which is a hundred times as fast as over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, create_engine, event, text

from bench.soak.forum import POLICY
from comity.decide.transcript import transcript
from comity.detect.registry import STAND_INS, build
from comity.intake.accept import Content
from comity.moderator import Moderator
from comity.policy import read
from comity.store import Database
from comity.store.tables import Table

AUTHOR_ITEMS, THREAD_ITEMS, COMMUNITIES = 20, 10, 20
"""Items of one author and in one thread; communities."""
TEXT = "My beans came up on day 12, thank you all; prune above the bud, as the people of plot 7 told you."
_DAYS = 90
"""So long ago the first item came."""


def fill(url: str, items: int) -> None:
    """Fills an empty database of this version's schema: `items` items, a tenth of them removed and a tenth reviewed.

    A hundredth of the cases is open. Every event was delivered to one webhook, which is asked for nothing new.
    """
    Database(url, upgrade=True).close()
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _in_haste)
    with engine.begin() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if not is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        _Filling(connection, items, is_sqlite).fill()
        for name, table in () if is_sqlite else Table.metadata.tables.items():
            if "id" in table.c:
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name} HAVING max(id) > 0"
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def count_rows(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = Table.metadata.tables
        return sum(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables)


def _in_haste(connection: Any, _: object) -> None:
    for setting in ("foreign_keys = OFF", "synchronous = OFF", "journal_mode = OFF", "cache_size = -400000"):
        connection.execute(f"PRAGMA {setting}")


class _Filling:
    """Item number `i`, from 1, has the revision, the text and the first decision `i`."""

    def __init__(self, connection: Connection, items: int, is_sqlite: bool) -> None:
        self._connection, self._items, self._is_sqlite = connection, items, is_sqlite
        self._values = {"content": Content([("text", TEXT)]).to_json(), "details": _details()}
        self._author = f"(i * 7919) % {max(1, items // AUTHOR_ITEMS)} + 1"
        step = _DAYS * 86_400 / items
        self._at = self._time(f"({{now}} - ({items} - i) * {step})")

    def fill(self) -> None:
        author, at, n = self._author, self._at, self._items
        community, thread = f"'c' || (i % {COMMUNITIES})", f"'t' || ((i - 1) / {THREAD_ITEMS})"
        removed, reviewed = "i % 10 = 0", "i % 10 = 1"
        closed = f"{reviewed} AND i <= {n} * 0.99"
        case, text_of = "(i + 9) / 10", f"{n} + i"
        self._put(
            "users", {"id": "i", "key": "'user' || i", "role": "'reviewer'", "created_at": at}, "i <= 2"
        )
        self._put(
            "authors",
            {"id": "i", "key": "'a' || i", "seen_at": at},
            f"i <= {max(1, n // AUTHOR_ITEMS)}",
        )
        whose = {"item_id": "i", "author_id": author, "community": community, "created_at": at}
        self._put("texts", {"id": "i", "kind": "'item'", "content": ":content", **whose})
        self._put("texts", {"id": text_of, "kind": "'decision'", "content": ":details", **whose})
        self._put(
            "items",
            {
                "id": "i",
                "key": "'g' || i",
                "author_id": author,
                "community": community,
                "thread": thread,
                "role": "'post'",
                "policy": "'soak'",
                "created_at": at,
                "revision": "1",
                "decision_id": f"CASE WHEN {closed} THEN {n} + {case} ELSE i END",
                "action": f"CASE WHEN {removed} THEN 'remove' WHEN {closed} THEN 'allow' "
                f"WHEN {reviewed} THEN 'review' ELSE 'allow' END",
            },
        )
        self._put(
            "revisions",
            {
                "id": "i",
                "item_id": "i",
                "number": "1",
                "change": "'new'",
                "text_id": "i",
                "digest": "'d' || i",
                "likeness": f"'l' || (i * 48271) % {n}",
                "author_id": author,
                "thread": thread,
                "community": community,
                "received_at": at,
            },
        )
        self._put(
            "mentions",
            {
                "id": "i",
                "revision_id": "i",
                "kind": "'target'",
                "hash": f"'h' || (i * 7) % {n}",
                "author_id": author,
                "received_at": at,
            },
            "i % 5 = 0",
        )
        decided = {
            "item_id": "i",
            "revision": "1",
            "author_id": author,
            "policy": "'soak'",
            "version": "1",
            "shadow": "FALSE",
            "ms": "2.5",
            "cost": "0",
            "decided_at": at,
        }
        self._put(
            "decisions",
            {
                **decided,
                "id": "i",
                "key": "'dec-' || i",
                "cause": "'intake'",
                "actor": "'automation'",
                "action": f"CASE WHEN {removed} THEN 'remove' WHEN {reviewed} THEN 'review' ELSE 'allow' END",
                "confidence": "0.9",
                "plan": "'bench'",
                "settled_by": "'model'",
                "text_id": text_of,
            },
        )
        self._put(
            "decisions",
            {
                **decided,
                "id": f"{n} + {case}",
                "key": f"'dec-' || ({n} + {case})",
                "supersedes_id": "i",
                "cause": "'ruling'",
                "actor": "'user1'",
                "action": "'allow'",
                "settled_by": "'person'",
            },
            closed,
        )
        self._put(
            "current_decisions",
            {
                "item_id": "i",
                "revision": "1",
                "decision_id": f"CASE WHEN {closed} THEN {n} + {case} ELSE i END",
            },
        )
        self._put(
            "violations",
            {
                "id": "i",
                "decision_id": "i",
                "policy": "'soak'",
                "rule": "'no-insults'",
                "criterion": "'insult'",
                "action": f"CASE WHEN {removed} THEN 'remove' ELSE 'review' END",
                "score": "0.85",
                "severity": "1",
                "shadow": "FALSE",
                "decided_at": at,
            },
            f"{removed} OR {reviewed}",
        )
        self._put(
            "statements",
            {
                "id": "i / 10",
                "key": "'sor-' || (i / 10)",
                "decision_id": "i",
                "item_id": "i",
                "author_id": author,
                "rule": "'no-insults'",
                "automated": "TRUE",
                "appeal_until": self._time("({now} + 8640000)"),
                "created_at": at,
            },
            removed,
        )
        self._put(
            "strikes",
            {
                "id": "i / 10",
                "author_id": author,
                "community": community,
                "decision_id": "i",
                "rule": "'no-insults'",
                "weight": "1",
                "given_at": at,
                "expires_at": self._time("({now} + 864000)"),
            },
            removed,
        )
        cased = {"item_id": "i", "queue": "'review'", "rule": "'no-insults'", "opened_at": at}
        self._put(
            "cases",
            {
                **cased,
                "id": case,
                "key": f"'case-' || ({case})",
                "cause": "'review'",
                "priority": "1 + (i % 97) / 100.0",
                "closed_at": f"CASE WHEN {closed} THEN {at} END",
            },
            reviewed,
        )
        self._put(
            "rulings",
            {
                "id": case,
                "case_id": case,
                "user_id": "1",
                "action": "'allow'",
                "decision_id": f"{n} + {case}",
                "created_at": at,
            },
            closed,
        )
        self._put(
            "reports",
            {
                "id": "(i + 19) / 20",
                "key": "'rep-' || ((i + 19) / 20)",
                "item_id": "i",
                "revision": "1",
                "author_id": author,
                "reporter_id": f"(i * 31) % {max(1, n // AUTHOR_ITEMS)} + 1",
                "source": "'human'",
                "reason": "'rude'",
                "rule": "'no-insults'",
                "case_id": case,
                "created_at": at,
                "outcome": f"CASE WHEN {closed} THEN 'rejected' END",
                "closed_at": f"CASE WHEN {closed} THEN {at} END",
            },
            "i % 20 = 1",
        )
        appealed = "i % 100 = 0"
        self._put(
            "cases",
            {
                **cased,
                "id": f"{n} + i / 100",
                "key": f"'case-' || ({n} + i / 100)",
                "cause": "'appeal'",
                "priority": "3",
                "closed_at": at,
            },
            appealed,
        )
        self._put(
            "appeals",
            {
                "id": "i / 100",
                "key": "'app-' || (i / 100)",
                "statement_id": "i / 10",
                "case_id": f"{n} + i / 100",
                "created_at": at,
                "outcome": "'upheld'",
                "closed_at": at,
            },
            appealed,
        )
        self._put(
            "answered",
            {
                "client": "0",
                "key": "'once-' || i",
                "digest": "'d' || i",
                "status": "201",
                "location": "'/v1/items/g' || i",
                "at": at,
            },
            f"i > {n} * {1 - 1 / _DAYS}",
        )
        self._put(
            "webhooks",
            {
                "id": "i",
                "name": "'forum'",
                "url": "'http://localhost:9/hooks'",
                "kinds": "'rule.released'",
                "secret": "'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='",
                "created_at": at,
            },
            "i = 1",
        )
        self._tell("item.decided", "2 * i", "TRUE", "decision", "'dec-' || i")
        self._tell("statement.issued", "2 * i + 1", removed, "statement", "'sor-' || (i / 10)")
        self._tell("case.opened", "2 * i + 1", reviewed, "case", f"'case-' || ({case})")

    def _tell(self, kind: str, number: str, where: str, field: str, key: str) -> None:
        told = f"""'{{"item": "g' || i || '", "{field}": "' || {key} || '"}}'"""
        subject = "'item:g' || i"
        self._put(
            "events",
            {
                "id": number,
                "kind": f"'{kind}'",
                "subject": subject,
                "actor": "'automation'",
                "data": told if self._is_sqlite else f"({told})::json",
                "at": self._at,
            },
            where,
        )
        self._put(
            "deliveries",
            {
                "id": number,
                "event_id": number,
                "webhook_id": "1",
                "subject": subject,
                "attempts": "1",
                "due_at": self._at,
                "delivered_at": self._at,
            },
            where,
        )

    def _put(self, table: str, columns: Mapping[str, str], where: str = "TRUE") -> None:
        first, following = "SELECT CAST(1 AS BIGINT)", f"SELECT i + 1 FROM n WHERE i < {self._items}"
        numbers = f"WITH RECURSIVE n(i) AS ({first} UNION ALL {following})"
        names, values = ", ".join(columns), ", ".join(columns.values())
        # In this order, or SQLite takes WITH for a part of SELECT and PostgreSQL does not.
        self._connection.execute(
            text(f"{numbers} INSERT INTO {table} ({names}) SELECT {values} FROM n WHERE {where}"),
            self._values if ":" in values.replace("::", "") else {},
        )

    def _time(self, seconds: str) -> str:
        if self._is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {seconds.format(now='unixepoch()')}, 'unixepoch')"
        return f"to_timestamp({seconds.format(now='extract(epoch from now())')})"


def _details() -> str:
    """What a decision rests on, from a real one."""
    detectors = [build(name) for name in ("lexicon.v1", "url.v1", *STAND_INS)]
    with Moderator(read(POLICY), detectors=detectors) as moderator:
        return transcript(moderator.moderate(TEXT))
