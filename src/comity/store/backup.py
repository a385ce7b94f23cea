"""Everything that a database holds, in one file, and from there into any other: SQLite, PostgreSQL, a later schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    MetaData,
    String,
    Table,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from comity.errors import InputError, StoreError
from comity.store import migrate
from comity.store.backup_file import BackupFile, Manifest, new_backup, write_manifest, write_table
from comity.store.database import Database
from comity.store.failures import store_error

_AT_ONCE = 1_000
_VERSIONS = "alembic_version"
Progress = Callable[[str, int, int], None]
"""Is told the table, how many of its rows are done, and how many it has."""
Counted = TypeVar("Counted")


def backup(
    database: Database, path: Path, *, overwrite: bool = False, progress: Progress = lambda *_: None
) -> Manifest:
    """Writes all rows as they are at one moment, whatever is written meanwhile; `path` is there only once it is whole.

    Any known schema will do: open the database with `upgrade=False` for a backup before the migrations. Raises
    InputError for a database without tables or a file that cannot be written, StoreError.
    """
    from comity import __version__

    with database.snapshot() as connection, new_backup(path, overwrite=overwrite) as archive:
        tables = _tables(connection)
        if not tables:
            raise InputError("there is nothing in the database", where=database.place)
        entries = [
            write_table(archive, table.name, _rows(connection, table, progress, database.place))
            for table in tables
        ]
        manifest = Manifest(
            comity=__version__,
            revision=migrate.current_revision(connection),
            created_at=datetime.now(UTC),
            tables=tuple(entries),
        )
        write_manifest(archive, manifest)
        return manifest


def restore(database: Database, path: Path, *, progress: Progress = lambda *_: None) -> Manifest:
    """Fills an empty database of this version's schema with a backup, in one transaction: all of it or nothing.

    A backup of an older schema is restored in that one and then migrated. Raises InputError for a database that is not
    empty, and for a file that is no backup, damaged, or of a newer version, before anything is changed; StoreError.
    """
    with BackupFile.open(path) as file:
        revision = file.manifest.revision
        if not migrate.is_known(revision):
            raise InputError(
                f"the backup has schema {revision}, which is newer than this version of Comity",
                where=str(path),
                next_step="Upgrade Comity.",
            )
        file.verify()
        with database.schema_change() as connection:
            tables = _tables(connection)
            _check_empty(connection, tables, database.place)
            is_older = revision != migrate.head_revision()
            if is_older:
                migrate.downgrade(connection, revision)
                tables = _tables(connection)
            _fill(connection, tables, file, progress, str(path))
            if is_older:
                migrate.upgrade(connection)
                tables = _tables(connection)
            if connection.dialect.name == "postgresql":
                _continue_numbers(connection, tables)
        return file.manifest


def _tables(connection: Connection) -> list[Table]:
    """Each after those that it points to. Read from the database: the schema need not be that of the code."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _VERSIONS]


def _rows(connection: Connection, table: Table, progress: Progress, place: str) -> Iterator[dict[str, Any]]:
    total = connection.scalars(select(func.count()).select_from(table)).one()
    query = select(table).order_by(*(_in_order(connection, column) for column in table.primary_key))
    try:
        rows = connection.execute(query.execution_options(yield_per=_AT_ONCE)).mappings()
        yield from map(dict, _counted(rows, table.name, total, progress))
    except ValueError as error:
        what = f"the table `{table.name}` has a value that is none of its column's type"
        step = "Correct it with the database's own tools: it was not Comity that wrote it."
        raise StoreError(what, where=place, next_step=step, code="S007") from error


def _in_order(connection: Connection, column: Column[Any]) -> Any:
    # PostgreSQL sorts text by the rules of a language, SQLite by code points.
    by_language = connection.dialect.name == "postgresql" and isinstance(column.type, String)
    return column.collate("C") if by_language else column


def _check_empty(connection: Connection, tables: list[Table], place: str) -> None:
    for table in tables:
        if connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None:
            raise InputError(
                f"the database is not empty: there are rows in `{table.name}`",
                where=place,
                next_step="Restore into a new database; nothing that is there is ever overwritten.",
            )


def _fill(
    connection: Connection, tables: list[Table], file: BackupFile, progress: Progress, where: str
) -> None:
    by_name = {table.name: table for table in tables}
    if set(by_name) != {entry.name for entry in file.manifest.tables}:
        raise InputError(
            f"the backup does not have the tables of schema {file.manifest.revision}", where=where
        )
    for entry in file.manifest.tables:
        rows = _counted(file.rows(entry), entry.name, entry.rows, progress)
        first = 1
        while portion := list(islice(rows, _AT_ONCE)):
            _insert(
                connection, by_name[entry.name], portion, file.where(entry, first, first + len(portion) - 1)
            )
            first += len(portion)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]], where: str) -> None:
    times = [column.name for column in table.columns if isinstance(column.type, DateTime)]
    columns = set(table.columns.keys())
    try:
        for row in rows:
            if set(row) != columns:
                raise InputError("a row has other columns than the table", where=where)
            row.update((name, datetime.fromisoformat(row[name])) for name in times if row[name] is not None)
        connection.execute(insert(table), rows)
    except DBAPIError as error:
        raise store_error(error, where) from error
    except (TypeError, ValueError) as error:
        raise InputError("a row has a value that is none of its column's type", where=where) from error


def _continue_numbers(connection: Connection, tables: list[Table]) -> None:
    """PostgreSQL numbers new rows by a counter of its own, which knows nothing of the numbers that were restored."""
    for table in tables:
        for column in table.primary_key:
            names = {"table": f'"{table.name}"', "column": column.name}
            counter = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
            if counter is not None:
                last = connection.scalar(select(func.max(column)))
                connection.execute(select(func.setval(counter, last or 1, last is not None)))


def _counted(rows: Iterable[Counted], name: str, total: int, progress: Progress) -> Iterator[Counted]:
    for done, row in enumerate(rows, start=1):
        yield row
        if done % _AT_ONCE == 0 or done == total:
            progress(name, done, total)
