"""What keeping costs, and whether it costs more as the store grows.

    python -m bench.store [--database sqlite postgresql] [--clients 1 8] [--seconds 10] [--rounds 3]
                          [--sizes 10000 100000 1000000] [--repeats 300] [--folder FOLDER] [--json]

speed   `POST /v1/items` against `/v1/moderate`, which decides the same and forgets, turn by turn on the same server.
growth  a write and each list, asked of one server for each size, turn by turn, so that all have the same weather.
        Ten times as many items should make the 95th percentile of none more than 1.3 times as long. The time that
        server and database were on a processor is told as well: on a busy machine it says more than the clock.

The server has the cheap detectors and the tiny model, the clients share its machine. `--seconds 0` leaves out the
speed, `--repeats 0` the growth. A filled folder that is kept with `--folder` is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, RemoteDisconnected
from itertools import count, pairwise
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.filled import AUTHOR_ITEMS, TEXT, THREAD_ITEMS, fill
from bench.serving import load
from bench.soak.databases import Postgres, free_port
from bench.soak.forum import POLICY, somebody_writes
from bench.soak.server import Server
from comity.store import Database

MOST_GROWTH = 1.3
_WARM_UP = 20
_FAR = 0.75


@contextmanager
def serving(folder: Path, url: str) -> Iterator[Server]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "soak.yaml").write_text(POLICY)
    server = Server(folder, free_port(), url)
    try:
        server.start()
        server.wait_until_ready()
        yield server
    finally:
        server.close()


def speed(address: str, clients: int, seconds: float, rounds: int) -> dict[str, dict[str, Any]]:
    """For each door the round with the median rate, after a round that is not counted."""
    random, numbers = Random(1), count()

    def items() -> Iterator[bytes]:
        for number in numbers:
            item = {"id": f"s{number}", "text": somebody_writes(random), "author": f"a{number % 500}"}
            yield json.dumps({**item, "community": f"c{number % 20}", "thread": f"t{number // 10}"}).encode()

    def texts() -> Iterator[bytes]:
        while True:
            yield json.dumps({"text": somebody_writes(random)}).encode()

    doors = {"/v1/moderate": texts(), "/v1/items": items()}
    found: dict[str, list[dict[str, Any]]] = {door: [] for door in doors}
    for _ in range(rounds + 1):
        for door, bodies in doors.items():
            found[door].append(asyncio.run(load(address, bodies, clients, seconds, path=door)))
    return {
        door: sorted(rows[1:], key=lambda row: float(row["per_s"]))[len(rows[1:]) // 2]
        for door, rows in found.items()
    }


def requests_of(size: int) -> dict[str, Iterator[tuple[str, str, Any]]]:
    """What is asked of a store with `size` items, by name: endless requests of method, path and body."""
    random, run = Random(), uuid4()
    events, cases, reports, decisions = 2 * size, size // 10, size // 20, int(size * 1.1)

    def some(path: str, *, method: str = "GET", body: Any = None) -> Iterator[tuple[str, str, Any]]:
        while True:
            author = f"a{random.randrange(1, max(2, size // AUTHOR_ITEMS))}"
            names = {
                "item": f"g{random.randrange(1, size)}",
                "author": author,
                "thread": f"t{random.randrange(size // THREAD_ITEMS)}",
                "community": f"c{random.randrange(20)}",
            }
            told = {key: value.format(**names) for key, value in body.items()} if body else None
            yield method, path.format(**names), told

    def writes() -> Iterator[tuple[str, str, Any]]:
        for number in count():
            new = next(
                some("", body={"author": "{author}", "thread": "{thread}", "community": "{community}"})
            )[2]
            yield "POST", "/v1/items", {"id": f"new-{run}-{number}", "text": f"{TEXT} {number}", **new}

    return {
        "write": writes(),
        "edit": some("/v1/items/{item}", method="PUT", body={"text": "It came up at last, {item} {thread}."}),
        "report": some(
            "/v1/reports", method="POST", body={"item": "{item}", "reason": "rude", "reporter": "{author}"}
        ),
        "take a case": some("/v1/cases/next", method="POST", body={"user": "user1"}),
        "item": some("/v1/items/{item}"),
        "author": some("/v1/authors/{author}"),
        "items": some("/v1/items"),
        "items, far": some(f"/v1/items?after={int(size * _FAR)}"),
        "items of a community": some("/v1/items?community={community}"),
        "items of a community, far": some(f"/v1/items?community={{community}}&after={int(size * _FAR)}"),
        "items of a thread": some("/v1/items?thread={thread}"),
        "items of an author": some("/v1/items?author={author}"),
        "items removed": some("/v1/items?action=remove"),
        "items removed, far": some(f"/v1/items?action=remove&after={int(size * _FAR)}"),
        "decisions": some("/v1/decisions"),
        "decisions, far": some(f"/v1/decisions?after={int(decisions * _FAR)}"),
        "cases": some("/v1/cases"),
        "cases, far": some("/v1/cases?after=1.5~1"),
        "cases of a queue": some("/v1/cases?queue=review"),
        "cases closed": some("/v1/cases?state=closed"),
        "cases closed, far": some(f"/v1/cases?state=closed&after=0.0~{int(cases * _FAR)}"),
        "events": some("/v1/events"),
        "events, far": some(f"/v1/events?after={int(events * _FAR)}"),
        "events of a kind": some("/v1/events?kind=statement.issued"),
        "events of a kind, far": some(f"/v1/events?kind=statement.issued&after={int(events * _FAR)}"),
        "events of an item": some("/v1/events?subject=item:{item}"),
        "reports": some("/v1/reports"),
        "reports, far": some(f"/v1/reports?after={int(reports * _FAR)}"),
        "reports open": some("/v1/reports?state=open"),
        "reports of a reporter": some("/v1/reports?reporter={author}"),
        "appeals open": some("/v1/appeals?state=open"),
        "statements of an author": some("/v1/authors/{author}/statements"),
    }


def growth(
    servers: dict[int, Server], databases: Callable[[], list[int]], repeats: int
) -> dict[str, dict[int, dict[str, float]]]:
    """Milliseconds by the clock and on a processor, the 50th and 95th percentile, by what is asked and size.

    databases: the processes of the database, if it has any.
    """
    connections = {
        size: HTTPConnection(server.address.removeprefix("http://"), timeout=120)
        for size, server in servers.items()
    }
    asked = {size: requests_of(size) for size in servers}
    found: dict[str, dict[int, dict[str, float]]] = {}
    for name in asked[min(asked)]:
        took: dict[int, list[tuple[float, float]]] = {size: [] for size in servers}
        for _ in range(_WARM_UP + repeats):
            for size, connection in connections.items():
                processes = [servers[size].pid, *databases()]
                took[size].append(_ask(connection, processes, *next(asked[size][name])))
        found[name] = {size: _percentiles(times) for size, times in took.items()}
        print(f"{name}: {_row(found[name])}", file=sys.stderr, flush=True)
    return found


def _ask(
    connection: HTTPConnection, processes: list[int], method: str, path: str, body: Any
) -> tuple[float, float]:
    told = json.dumps(body) if body is not None else None
    started, before = perf_counter(), _on_processor(processes)
    try:
        connection.request(method, path, told, {"Content-Type": "application/json"} if told else {})
        answer = connection.getresponse()
    except (ConnectionError, RemoteDisconnected):
        connection.close()  # the server closes those that were idle for some seconds
        return _ask(connection, processes, method, path, body)
    read = answer.read()
    took = (perf_counter() - started) * 1000
    assert answer.status < 300, f"{method} {path}: {answer.status} {read[:300]!r}"
    return took, _on_processor(processes) - before


def _on_processor(processes: list[int]) -> float:
    """Milliseconds that all threads of `processes` have run so far."""
    total = 0
    for process in processes:
        for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(task.read_text().split()[0])
    return total / 1e6


def _percentiles(times: list[tuple[float, float]]) -> dict[str, float]:
    found = {}
    for kind, values in zip(("", "cpu_"), zip(*times[_WARM_UP:], strict=True), strict=True):
        counted = sorted(values)
        for share in (50, 95):
            found[f"{kind}p{share}"] = round(counted[len(counted) * share // 100], 2)
    return found


def _row(rows: dict[int, dict[str, float]]) -> str:
    told = []
    for kind in ("p95", "cpu_p95"):
        values = [row[kind] for row in rows.values()]
        ratios = [later / before for before, later in pairwise(values)]
        grows = "  GROWS" if any(ratio > MOST_GROWTH for ratio in ratios) else ""
        times = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        told.append(f"{kind} {' '.join(f'{value:7.1f}' for value in values)} ms, times {times}{grows}")
    return "; ".join(told)


@contextmanager
def _urls(
    name: str, folder: Path, sizes: list[int]
) -> Iterator[tuple[dict[int, str], Callable[[], list[int]]]]:
    """Of a database for each size (0 is an empty one), and what tells the processes of the database. SQLite files that
    are there are used again.
    """
    with ExitStack() as stack:
        cluster = Postgres() if name == "postgresql" else None
        if cluster is not None:
            stack.callback(shutil.rmtree, cluster.folder)
            stack.callback(cluster.close)
        urls = {}
        for size in sizes:
            file = folder / f"{size}.db"
            urls[size] = cluster.create(f"filled_{size}") if cluster else f"sqlite:///{file}"
            if cluster is not None or not file.exists():
                started = perf_counter()
                if size:
                    fill(urls[size], size)
                else:
                    Database(urls[size], upgrade=True).close()
                print(f"{name}: {size:,} items filled in {perf_counter() - started:.0f} s", file=sys.stderr)
        yield urls, cluster.processes if cluster else list


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"]
    )
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.folder or Path(mkdtemp(prefix="comity-store-"))
    folder.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {"load": os.getloadavg()[0], "cores": os.cpu_count()}
    for name in options.database:
        report[name] = found = {}
        if options.seconds:
            with _urls(name, folder / "speed", [0]) as (urls, _), serving(folder / name, urls[0]) as server:
                for clients in options.clients:
                    found[f"{clients} clients"] = speed(
                        server.address, clients, options.seconds, options.rounds
                    )
        if options.repeats:
            with _urls(name, folder, options.sizes) as (urls, processes), ExitStack() as stack:
                servers = {
                    size: stack.enter_context(serving(folder / f"{name}-{size}", url))
                    for size, url in urls.items()
                }
                found["growth"] = growth(servers, processes, options.repeats)
    if options.folder is None:
        shutil.rmtree(folder)
    print(json.dumps(report) if options.json else _table(report))


def _table(report: dict[str, Any]) -> str:
    lines = [f"load of the machine {report.pop('load'):.1f} on {report.pop('cores')} cores"]
    for name, found in report.items():
        for clients, doors in found.items():
            if clients == "growth":
                continue
            for door, row in doors.items():
                lines.append(f"{name}, {clients}, {door}: " + "  ".join(f"{k} {v}" for k, v in row.items()))
        for what, sizes in found.get("growth", {}).items():
            lines.append(f"{name}, {what:28} {_row(sizes)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
