"""A database that cannot be written for a while: the server says so, keeps what it acknowledged, and goes on."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx
from sqlalchemy import create_engine, select

from bench.soak.databases import Postgres, Sqlite, free_port
from bench.soak.forum import POLICY, somebody_writes
from bench.soak.server import Server
from comity.store import Database
from comity.store.check import check
from comity.store.tables import CurrentDecision, ItemRecord

_REFUSED, _MOST_SENT = 10, 5_000
_PATIENCE = 60
_UNLIMITED = resource.RLIM_INFINITY


def can_mount() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0


def a_full_disk(folder: Path) -> list[str]:
    """SQLite on a disk that somebody fills."""
    with _disk(folder, "32m") as disk:
        database = Sqlite(disk)
        with _server(folder, database.url) as server:
            return _goes_on(server, database.url, lambda: _filled(disk), "S006")


def a_disk_that_fails(folder: Path) -> list[str]:
    """SQLite whose server may not write a byte to any file."""

    @contextmanager
    def no_byte() -> Iterator[None]:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, _UNLIMITED))
        yield
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (_UNLIMITED, _UNLIMITED))

    database = Sqlite(folder)
    with _server(folder, database.url) as server:
        return _goes_on(server, database.url, no_byte, "S006")


def a_read_only_file_system(folder: Path) -> list[str]:
    """SQLite on a file system that is read-only when the server comes up."""

    @contextmanager
    def read_only() -> Iterator[None]:
        server.kill()
        _run("mount", "-o", "remount,ro", str(disk))
        server.start()
        server.wait_until_ready()
        yield
        _run("mount", "-o", "remount,rw", str(disk))

    with _disk(folder, "32m") as disk:
        database = Sqlite(disk)
        with _server(folder, database.url) as server:
            return _goes_on(server, database.url, read_only, "S003")


def a_full_disk_of_postgres(folder: Path) -> list[str]:
    with TemporaryDirectory(prefix="comity-soak-pg-") as place, _disk(Path(place), "300m") as disk:
        Path(place).chmod(0o755)  # another user must be able to enter
        database = Postgres(disk)
        try:
            with _server(folder, database.url) as server:
                return _goes_on(server, database.url, lambda: _filled(disk), "S006")
        finally:
            database.close()


def a_read_only_postgres(folder: Path) -> list[str]:
    """As a standby is, on which somebody left the server."""

    @contextmanager
    def read_only() -> Iterator[None]:
        engine = create_engine(database.url, isolation_level="AUTOCOMMIT")
        for setting in ("on", "off"):
            with engine.connect() as connection:
                connection.exec_driver_sql(f"ALTER SYSTEM SET default_transaction_read_only = {setting}")
                connection.exec_driver_sql("SELECT pg_reload_conf()")
            if setting == "on":
                yield
        engine.dispose()

    database = Postgres()
    try:
        with _server(folder, database.url) as server:
            return _goes_on(server, database.url, read_only, "S003")
    finally:
        database.close()
        rmtree(database.folder)


CASES: dict[str, Callable[[Path], list[str]]] = {
    "sqlite, a full disk": a_full_disk,
    "sqlite, a disk that fails": a_disk_that_fails,
    "sqlite, a read-only file system": a_read_only_file_system,
    "postgresql, a full disk": a_full_disk_of_postgres,
    "postgresql, read-only": a_read_only_postgres,
}
NEEDS_MOUNT = frozenset({a_full_disk, a_read_only_file_system, a_full_disk_of_postgres})


def _goes_on(
    server: Server, url: str, trouble: Callable[[], AbstractContextManager[None]], code: str
) -> list[str]:
    """What is wrong with how the server deals with `trouble`, in which it should answer 503 with `code`."""
    random, found, texts = Random(1), list[str](), dict[str, str]()
    with httpx.Client(base_url=server.address, timeout=60) as http:

        def send(key: str) -> httpx.Response:
            texts.setdefault(key, somebody_writes(random))
            return http.post("/v1/items", json={"id": key, "text": texts[key], "author": "ann"})

        acknowledged = [f"before-{number}" for number in range(20)]
        for key in acknowledged:
            send(key).raise_for_status()
        refused: list[str] = []
        with trouble():
            while len(refused) < _REFUSED and len(texts) < _MOST_SENT:
                answer = send(key := f"meanwhile-{len(texts)}")
                if answer.status_code != 503:
                    acknowledged.append(key)
                    continue
                refused.append(key)
                if answer.json()["code"] != code:
                    found.append(f"{key} was answered {answer.text[:300]}, and not with {code}")
            read = http.get(f"/v1/items/{acknowledged[0]}")
            if read.status_code != 200:
                found.append(f"reading was answered {read.status_code} {read.text[:300]}")
            with Database(url, upgrade=False) as database, database.read() as session:
                kept = set(session.scalars(select(ItemRecord.key)))
            if set(acknowledged) != kept:
                found.append(f"acknowledged and kept differ in {sorted(set(acknowledged) ^ kept)[:5]}")
        if not refused:
            found.append("nothing was refused")
        deadline = monotonic() + _PATIENCE
        while (answer := send("after")).status_code == 503 and monotonic() < deadline:
            sleep(0.2)
        for key in ("after", *refused):
            answer = send(key)
            if answer.status_code not in (200, 201):
                found.append(
                    f"{key} was answered {answer.status_code} {answer.text[:300]} when all was well again"
                )
    with Database(url) as database:
        found += [f"{each.item}: {each.what}" for each in check(database)]
        with database.read() as session:
            kept = set(session.scalars(select(ItemRecord.key)))
            decided = len(session.scalars(select(CurrentDecision.item_id)).all())
    if kept != set(texts) or decided != len(texts):
        found.append(f"{len(texts)} items were acknowledged, {len(kept)} are kept, {decided} are decided")
    return found


@contextmanager
def _server(folder: Path, url: str) -> Iterator[Server]:
    (folder / "soak.yaml").write_text(POLICY)
    server = Server(folder, free_port(), url)
    try:
        server.start()
        server.wait_until_ready()
        yield server
    finally:
        server.close()


@contextmanager
def _disk(folder: Path, size: str) -> Iterator[Path]:
    """A small file system of its own."""
    disk = folder / "disk"
    disk.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        _run("umount", "-l", str(disk))


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
