"""Connections to a database by URL, set up so that what is committed stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from comity.errors import MissingExtra, StoreError

BUSY_SECONDS = 30
"""How long a writer waits for its turn, a lock or a free connection before it gives up."""
WRITES = "comity_writes"
CHOOSE_ANOTHER = "Set COMITY_DATABASE to a database that can be written."
_CONNECT_SECONDS = 10
_PAUSE_SECONDS = 0.01
# As many as the server has threads: a connection to a file costs next to nothing.
_SQLITE_POOL = {"pool_size": 10, "max_overflow": 30}
# A PostgreSQL server allows 100 in all unless it was told otherwise, and several machines may share it.
_POSTGRES_POOL = {"pool_size": 10, "max_overflow": 10, "pool_recycle": 1_800, "pool_pre_ping": True}


def is_in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def open_engine(url: str) -> Engine:
    """Raises StoreError for a URL of no known database, MissingExtra if the driver is not installed."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("the database URL cannot be read", next_step=CHOOSE_ANOTHER, code="S002") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        opened = {"sqlite": _sqlite, "postgresql": _postgres}.get(parsed.get_backend_name(), create_engine)
        return opened(parsed)
    except NoSuchModuleError:
        what = f"there is no database of the kind `{parsed.drivername}`"
        raise StoreError(what, next_step="Use sqlite:///… or postgresql://….", code="S002") from None
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or parsed.drivername, "postgres") from None


def _postgres(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "application_name": "comity"}
    if "options" not in url.query:
        arguments["options"] = f"-c lock_timeout={BUSY_SECONDS}s"
    # READ COMMITTED whatever the server's default: a writer that waited for a row then sees it as it is now.
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_timeout=BUSY_SECONDS,
        connect_args={name: value for name, value in arguments.items() if name not in url.query},
        **_POSTGRES_POOL,
    )


def _sqlite(url: URL) -> Engine:
    if is_in_memory(url):
        # One connection for all threads: in memory, a second one would see another, empty database.
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        _make_folder(Path(str(url.database)).parent)
        engine = create_engine(url, pool_timeout=BUSY_SECONDS, **_SQLITE_POOL)
        event.listen(engine, "handle_error", _drop_read_only)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder of the database cannot be made: {error.strerror}"
        raise StoreError(what, where=str(folder), next_step=CHOOSE_ANOTHER, code="S003") from None


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and too late; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1_000)}")
    _use_wal(cursor)
    # Every commit is on the disk before it returns. With NORMAL, SQLite's advice for WAL, a power cut takes the last
    # commits back: items that a site was told are accepted.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _drop_read_only(context: ExceptionContext) -> None:
    # A file that cannot be written is opened for reading only, and stays so, whatever is corrected, for as long as this
    # process has any connection to it.
    code = getattr(context.original_exception, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_READONLY and context.engine is not None:
        context.is_disconnect = True
        if context.execution_context is not None:
            # Or the driver closes the connection only when nobody remembers the error.
            context.execution_context.cursor.close()
        context.engine.dispose()


def _use_wal(cursor: Any) -> None:
    # Of two processes that make the same file at once, SQLite refuses one here at once, though it may wait elsewhere.
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
        sleep(_PAUSE_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer midway fails at once instead of waiting, so writers say so from the start.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
