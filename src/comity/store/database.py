"""The database: opened by URL, used in short transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from random import uniform
from time import sleep
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session

from comity.errors import StoreError
from comity.store import engines, migrate
from comity.store.failures import may_repeat, store_error
from comity.store.turn import Turn

_TRIES = 3
_MOST_PAUSE_SECONDS = 0.1
_TEXT_TABLES = ("texts", "item_texts", "examples")
"""Where texts of authors may stand."""
Result = TypeVar("Result")


class Database:
    """An open database. Safe to share between threads; `close` it in the end.

    `found_revision` is the schema that it had when it was opened. SQLite gets the missing migrations then; PostgreSQL
    only with `upgrade`, because other machines may be working on it with the version before. `upgrade=False` leaves
    either as it is, for a backup. Raises StoreError for a database that cannot be opened or has another schema,
    MissingExtra if the driver is not installed.
    """

    def __init__(self, url: str, *, upgrade: bool | None = None) -> None:
        self._engine = engines.open_engine(url)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._has_one_connection = engines.is_in_memory(self._engine.url)
        self._turn = Turn()
        self.place = self._engine.url.render_as_string(hide_password=True)
        try:
            self.found_revision = self._bring_to_schema(upgrade)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with (
            self._translated(),
            self._turn_to_read(),
            Session(self._engine, expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed in the end, or rolled back on an error.

        SQLite has one writer: threads wait for each other in turn, other processes for a while. Raises StoreError,
        S004 if it was not this writer's turn within half a minute.
        """
        with self._translated(), self._transaction() as session:
            yield session

    def transact(self, work: Callable[[Session], Result]) -> Result:
        """What `work` returns, its changes committed.

        On PostgreSQL writers meet: if the transaction has to give way to another one, if both add the same row, or if
        the connection breaks before the commit, nothing was stored and `work` is called again in a new transaction,
        three times in all; so it must do nothing but use its session. A connection that breaks during the commit
        is a StoreError: nobody can know whether that came through. Raises StoreError.
        """
        with self._translated():
            for _ in range(_TRIES - 1):
                try:
                    return self._do(work)
                except DBAPIError as error:
                    if not may_repeat(error):
                        raise
                sleep(uniform(0, _MOST_PAUSE_SECONDS))  # or both would meet again
            return self._do(work)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that only reads, and sees all as it is at its first look, whatever is written meanwhile."""
        engine = self._engine
        if not self._is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self._translated(), self._turn_to_read(), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """A connection in one write transaction, for migrations and for restoring: SQLite checks foreign keys in its
        end instead of at each row. Raises StoreError if then a row points at none.
        """
        with self._translated(), self._turn_to_write(), self._writing().connect() as connection:
            if not self._is_sqlite:
                with connection.begin():
                    yield connection
                return
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")  # has an effect outside of a transaction only
            try:
                with connection.begin():
                    yield connection
                    self._check_foreign_keys(connection)
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    def vacuum(self) -> None:
        """Nothing that was deleted is left behind: SQLite writes its file anew and empties the one beside it;
        PostgreSQL makes room in its pages for what comes.

        SQLite writes nothing else meanwhile. Raises StoreError, S004 if others are in the way for half a minute.
        """
        if self._is_sqlite:
            with self._translated(), self._turn_to_write(), self._engine.connect() as connection:
                _outside_transaction(connection, "VACUUM")
            if not self.checkpoint(engines.BUSY_SECONDS):
                raise self._too_busy("somebody was reading the database all the time")
            return
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._translated(), engine.connect() as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(_TEXT_TABLES)}")

    def checkpoint(self, seconds: float = 1) -> bool:
        """Brings all that was written or deleted into the file of SQLite, where deleted bytes are overwritten, and
        empties the file beside it; nothing to do elsewhere. False if somebody was in the way for so many `seconds`,
        in which writers wait.
        """
        if not self._is_sqlite:
            return True
        with self._translated(), self._turn_to_write(), self._engine.connect() as connection:
            _outside_transaction(connection, f"PRAGMA busy_timeout = {int(seconds * 1_000)}")
            try:
                is_busy, *_ = _outside_transaction(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                patience = int(engines.BUSY_SECONDS * 1_000)
                _outside_transaction(connection, f"PRAGMA busy_timeout = {patience}")
        return not is_busy

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bring_to_schema(self, upgrade: bool | None) -> str:
        with self._translated(), self._engine.connect() as connection:
            found = migrate.current_revision(connection)
        migrate.check_not_newer(found)
        if found == migrate.head_revision() or upgrade is False:
            return found
        if upgrade is None and not self._is_sqlite:
            raise StoreError(
                f"the database has schema {found}, this version of Comity needs {migrate.head_revision()}",
                where=self.place,
                next_step="Run `comity store backup`, then `comity store upgrade`.",
                code="S008",
            )
        with self.schema_change() as connection:
            migrate.upgrade(connection)
        return found

    def _do(self, work: Callable[[Session], Result]) -> Result:
        with self._transaction() as session:
            return work(session)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self._turn_to_write(), Session(self._writing(), expire_on_commit=False) as session:
            yield session
            session.flush()
            self._commit(session)

    def _commit(self, session: Session) -> None:
        try:
            session.commit()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise StoreError(
                "the connection to the database was lost during the commit: it may have been stored or not",
                where=self.place,
                next_step="Look before you send it again, or send it with the same idempotency key.",
                code="S010",
            ) from error

    def _check_foreign_keys(self, connection: Connection) -> None:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreError(
                f"a row of `{broken[0]}` points at a row of `{broken[2]}` that is not there",
                where=self.place,
                next_step="Nothing was changed. Restore another backup.",
                code="S007",
            )

    def _writing(self) -> Engine:
        return self._engine.execution_options(**{engines.WRITES: True})

    def _turn_to_read(self) -> AbstractContextManager[None]:
        return self._in_turn() if self._has_one_connection else nullcontext()

    def _turn_to_write(self) -> AbstractContextManager[None]:
        return self._in_turn() if self._is_sqlite else nullcontext()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._turn.take(engines.BUSY_SECONDS) as taken:
            if not taken:
                raise self._too_busy("the writers before this one took too long")
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise store_error(error, self.place) from error
        except NoFreeConnection as error:
            raise self._too_busy("all connections to the database are in use") from error

    def _too_busy(self, what: str) -> StoreError:
        step = "Try again; if it goes on, send less at once."
        return StoreError(what, where=self.place, next_step=step, code="S004")


def _outside_transaction(connection: Connection, statement: str) -> Any:
    """The first row that SQLite answers. SQLAlchemy itself would begin a transaction."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(statement).fetchone()
    except sqlite3.Error as error:
        raise DBAPIError(statement, None, error) from error


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
    return not engines.is_in_memory(parsed) and Path(str(parsed.database)).is_file()
