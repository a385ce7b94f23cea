"""One run: the forum at work, the killer at work, and then what is true of it all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from signal import SIGTERM
from threading import Event
from time import monotonic, sleep

import httpx
from sqlalchemy import func, select

from bench.soak.client import Client
from bench.soak.databases import SoakDatabase, free_port
from bench.soak.forum import POLICY
from bench.soak.killer import Killer
from bench.soak.people import Reviewer, Writer
from bench.soak.receiver import Effects, receiving
from bench.soak.server import Server
from bench.soak.told import Told
from bench.soak.verify import differences
from comity.policy import read
from comity.store import Database
from comity.store.tables import Case, Delivery, Pending

REVIEWERS = ("mira", "otto", "pia", "sven")
_REPORT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Size:
    items: int
    kills: int
    writers: int = 4
    failing: float = 0.1
    """The share of deliveries that go wrong at the receiver."""
    drain_seconds: float = 600
    """How long what was begun may take once nobody writes any more."""


@dataclass(slots=True)
class Outcome:
    """`differences` is empty if all is as it should be."""

    database: str
    seed: int
    size: Size
    killed: dict[str, int]
    starts: int
    counts: dict[str, int]
    events: int
    deliveries: dict[str, int]
    seconds: dict[str, float]
    differences: list[str] = field(default_factory=list)


def soak(
    folder: Path, database: SoakDatabase, size: Size, seed: int, say: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Raises AssertionError if it could not be done at all, such as when the server does not start."""
    (folder / "soak.yaml").write_text(POLICY)
    random, told = Random(f"{seed}/{database.name}"), Told()
    server, started = Server(folder, free_port(), database.url), monotonic()
    try:
        with receiving(Random(random.random()), size.failing) as (hooks, effects):
            server.start()
            server.wait_until_ready()
            _prepare(server.address, hooks, effects, random, told)
            killer = _work(server, database, size, f"{seed}/{database.name}", told, say)
            worked = monotonic()
            with Database(database.url) as opened:
                _until_empty(opened, Delivery, Delivery.delivered_at.is_(None), size.drain_seconds)
                lists = _lists(server.address, told)
                status = server.stop()
                drained = monotonic()
                say(f"{database.name}: drained, now everything is compared")
                found = differences(opened, read(POLICY), told, effects)
            found += lists
            if status not in (0, -SIGTERM):
                found.append(f"the server ended with {status}")
    finally:
        server.close()
    return Outcome(
        database.name,
        seed,
        size,
        killed=dict(killer.killed),
        starts=server.starts,
        counts=dict(sorted(told.counts.items())),
        events=len(effects.applied),
        deliveries={
            "sent": effects.deliveries,
            "again": effects.again,
            "refused": effects.refused,
            "answer lost": effects.lost,
            "cut off": effects.cut_off,
        },
        seconds={
            "working": round(worked - started, 1),
            "draining": round(drained - worked, 1),
            "comparing": round(monotonic() - drained, 1),
        },
        differences=found,
    )


def _prepare(address: str, hooks: str, effects: Effects, random: Random, told: Told) -> None:
    with closing(Client(address, random, told)) as client:
        added = client.ask("POST", "/v1/webhooks", {"name": "forum", "url": hooks})
        assert added.status_code == 201, added.text
        effects.secret = added.json()["secret"]
        for key in REVIEWERS:
            assert client.ask("POST", "/v1/users", {"key": key}).status_code == 201


def _work(
    server: Server,
    database: SoakDatabase,
    size: Size,
    seed: str,
    told: Told,
    say: Callable[[str], None],
) -> Killer:
    """All people at work until all items are sent and all cases are closed."""
    done, each = Event(), size.items // size.writers
    writers = [Writer(number, server.address, seed, told, each) for number in range(size.writers)]
    reviewers = [Reviewer(name, server.address, seed, told, done) for name in REVIEWERS]

    def progress() -> float:
        return sum(writer.sent for writer in writers) / (each * size.writers)

    killer = Killer(server, database, Random(f"{seed}/killer"), size.kills, progress)
    everybody: list[Writer | Reviewer | Killer] = [*writers, *reviewers, killer]
    for person in everybody:
        person.start()
    try:
        last = monotonic()
        while any(person.is_alive() for person in (*writers, killer)):
            _raise_errors(everybody)
            if monotonic() - last > _REPORT_SECONDS:
                last = monotonic()
                say(
                    f"{database.name}: {progress():.1%} sent, killed {killer.killed.total()} times, "
                    f"{told.counts['rulings']} rulings, {told.counts['faults']} faults"
                )
            sleep(0.1)
        _raise_errors(everybody)
        with Database(database.url) as opened:
            _until_empty(opened, Pending, None, size.drain_seconds)
            _until_empty(opened, Case, Case.closed_at.is_(None), size.drain_seconds, everybody)
    finally:
        done.set()
    _join(reviewers)
    _raise_errors(everybody)
    return killer


def _until_empty(
    database: Database,
    table: type,
    where: object,
    seconds: float,
    people: list[Writer | Reviewer | Killer] | None = None,
) -> None:
    query = select(func.count()).select_from(table)
    deadline = monotonic() + seconds
    while True:
        _raise_errors(people or [])
        with database.read() as session:
            left = session.scalars(query if where is None else query.where(where)).one()
        if not left:
            return
        assert monotonic() < deadline, f"{left} {table.__tablename__} are left after {seconds} seconds"
        sleep(0.5)


def _lists(address: str, told: Told) -> list[str]:
    """What the lists of the API have, page by page, against what was acknowledged."""
    found = []
    for path, name, expected in (
        ("/v1/items", "items", len(told.items)),
        ("/v1/reports", "reports", len(told.reports)),
        ("/v1/appeals", "appeals", len(told.appeals)),
        ("/v1/cases?state=open", "cases", 0),
        ("/v1/events?kind=appeal.closed", "events", len(told.appeals)),
    ):
        count, after = 0, None
        while True:
            query = f"{'&' if '?' in path else '?'}limit=1000" + (f"&after={after}" if after else "")
            body = httpx.get(f"{address}{path}{query}", timeout=60).raise_for_status().json()
            count, after = count + len(body[name]), body["next"]
            if after is None:
                break
        if count != expected:
            found.append(f"{path} lists {count}, and {expected} were acknowledged")
    return found


def _raise_errors(people: list[Writer | Reviewer | Killer]) -> None:
    for person in people:
        if person.error is not None:
            raise person.error


def _join(threads: list[Reviewer]) -> None:
    for thread in threads:
        thread.join()
