"""What a database driver complains of, as a StoreError with a next step."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from comity.errors import StoreError
from comity.store.engines import CHOOSE_ANOTHER

_TRY_AGAIN = "Another process is writing to it: try again, or stop that process."
_LOCKED = ("S004", "the database is locked", _TRY_AGAIN)
_READ_ONLY = ("S003", "the database cannot be written", CHOOSE_ANOTHER)
_FULL = ("S006", "the disk of the database is full", "Free space there and try again: nothing was stored.")
_BROKEN_DISK = ("S006", "the disk of the database fails", "See whether it is full, damaged or gone.")
_NO_DATABASE = ("S002", "the file is no SQLite database", CHOOSE_ANOTHER)
_DAMAGED = ("S007", "the database is damaged", "Stop the server, keep the damaged files, restore a backup.")
_GONE = ("S009", "the connection to the database was lost", "See whether the database runs, then try again.")
_NOT_REACHED = "See whether it runs and whether COMITY_DATABASE has its address, database, user and password."

# SQLite's primary result codes, https://sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _BROKEN_DISK,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
}
# PostgreSQL's SQLSTATE codes, appendix A of its documentation.
_POSTGRES = {
    "25006": _READ_ONLY,  # read_only_sql_transaction: a standby
    "53100": _FULL,
    "53300": ("S004", "the database allows no more connections", "Raise its max_connections, or try again."),
    "55P03": _LOCKED,  # lock_not_available
    "58030": _BROKEN_DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_DEADLOCK, _NOT_SERIALIZABLE = "40P01", "40001"
_SAME_KEY, _NO_PARENT = "23505", "23503"


def store_error(error: DBAPIError, place: str) -> StoreError:
    # Of the driver's messages only those of failed connections are told: others quote rows, and these hold content.
    code, what, step = _SQLITE.get(_sqlite_code(error)) or _POSTGRES.get(_sqlstate(error)) or _other(error)
    return StoreError(what, where=place, next_step=step, code=code)


def may_repeat(error: DBAPIError) -> bool:
    """Whether the transaction may succeed if it is done again from its start: it gave way to another one that changed
    the same rows or was first to add them, or its connection broke. Nothing of it was stored.
    """
    repeatable = (_DEADLOCK, _NOT_SERIALIZABLE, _SAME_KEY, _NO_PARENT)
    return error.connection_invalidated or _sqlstate(error) in repeatable


def _other(error: DBAPIError) -> tuple[str, str, str]:
    if error.connection_invalidated:
        return _GONE
    if "NUL (0x00)" in str(error.orig):
        return "S011", "a text holds the character U+0000, which PostgreSQL cannot store", "Take it out."
    if _was_connecting(error):
        reason = str(error.orig).splitlines()[0].rpartition("failed: ")[2].strip()
        return "S009", f"the database cannot be reached: {reason}", _NOT_REACHED
    return "S001", f"the database refused: {type(error.orig).__name__}", "See the log of the database."


def _was_connecting(error: DBAPIError) -> bool:
    return error.statement is None and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")


def _sqlite_code(error: DBAPIError) -> int:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
