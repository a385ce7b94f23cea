"""The database: opened by URL, brought to this version's schema, used in short transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from comity.errors import MissingExtra, StoreError
from comity.store.migrate import migrate

_BUSY_MS = 5_000
_WRITES = "comity_writes"
_CHOOSE_ANOTHER = "Set COMITY_DATABASE to a database that can be written."


class Database:
    """An open database. Safe to share between threads; `close` it in the end.

    Opening applies the missing migrations. Raises StoreError for a database that cannot be opened or has a newer
    schema, MissingExtra if the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.place = self._engine.url.render_as_string(hide_password=True)
        try:
            with self._translated(), self._writing().connect() as connection, connection.begin():
                migrate(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed in the end, or rolled back on an error. Writers wait for each other."""
        with self._translated(), Session(self._writing(), expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _writing(self) -> Engine:
        return self._engine.execution_options(**{_WRITES: True})

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _store_error(error, self.place) from error


def is_there(url: str) -> bool:
    """Whether there may be something in the database at `url`: not in a file that nobody has made yet, and not in
    memory.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        return True  # opening it tells what is wrong
    if parsed.get_backend_name() != "sqlite":
        return True
    return parsed.database not in (None, "", ":memory:") and Path(str(parsed.database)).is_file()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("the database URL cannot be read", next_step=_CHOOSE_ANOTHER, code="S002") from None
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        return _sqlite_engine(parsed)
    except NoSuchModuleError:
        what = f"there is no database of the kind `{parsed.drivername}`"
        raise StoreError(what, next_step="Use sqlite:///… or postgresql://….", code="S002") from None
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or parsed.drivername, "postgres") from None


def _sqlite_engine(url: URL) -> Engine:
    options: dict[str, Any] = {}
    if url.database in (None, "", ":memory:"):
        # One connection for all threads: in memory, a second one would see another, empty database.
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        _make_folder(Path(str(url.database)).parent)
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder of the database cannot be made: {error.strerror}"
        raise StoreError(what, where=str(folder), next_step=_CHOOSE_ANOTHER, code="S003") from None


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and too late; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer midway fails at once instead of waiting, so writers say so from the start.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _store_error(error: DBAPIError, place: str) -> StoreError:
    # The driver's message alone: SQLAlchemy's quotes the parameters, and these may be content.
    what = str(error.orig).splitlines()[0]
    if "locked" in what:
        step = "Another process is writing to it: try again, or stop that process."
        return StoreError("the database is locked", where=place, next_step=step, code="S004")
    if "readonly" in what or "unable to open" in what:
        return StoreError(
            "the database cannot be written", where=place, next_step=_CHOOSE_ANOTHER, code="S003"
        )
    if "not a database" in what:
        return StoreError(
            "the file is no SQLite database", where=place, next_step=_CHOOSE_ANOTHER, code="S002"
        )
    return StoreError(
        f"the database refused: {type(error.orig).__name__}",
        where=place,
        next_step="See the log of the database.",
    )
