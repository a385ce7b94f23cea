"""Rows for every table, whatever tables there are: made from the columns alone."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, MetaData, Table, insert, select

from comity.store import Database

_TEXTS = (
    "walnut",
    "Zürich – 日本語 🌰",
    "",
    "two\nlines\t'quoted' \"twice\" \\n",
    "\u202eright to left",
    "%s ? :x",
)


def fill(database: Database, rows: int = 3, seed: int = 0) -> None:
    """Puts `rows` rows into each table."""
    random = Random(seed)
    with database.schema_change() as connection:
        for table in tables(connection):
            for number in range(1, rows + 1):
                _add(connection, table, number, rows, random)


def contents(database: Database) -> dict[str, list[tuple]]:
    """All rows of each table, times with their zone, in the order of the primary key."""
    with database.snapshot() as connection:
        return {
            table.name: sorted(
                (
                    tuple(_comparable(value) for value in row)
                    for row in connection.execute(select(table)).all()
                ),
                key=repr,
            )
            for table in tables(connection)
        }


def tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _add(connection: Connection, table: Table, number: int, rows: int, random: Random) -> None:
    row = {column.name: _value(column, number, random) for column in table.columns}
    for key in table.foreign_key_constraints:
        # Row 1 points at row 1: the rows of a table that is pointed at are there already. Its own are not.
        if key.referred_table is table:
            row.update(dict.fromkeys(key.column_keys, number - 1 or None))
        else:
            row.update({name: _value(e.column, number, random) for name, e in _pairs(key)})
    connection.execute(insert(table), row)


def _pairs(key):
    return zip(key.column_keys, key.elements, strict=True)


def _value(column: Column, number: int, random: Random):
    if column.foreign_keys:
        return _value(next(iter(column.foreign_keys)).column, number, random)
    unique = column.primary_key or column.unique or _is_in_unique(column)
    if isinstance(column.type, Boolean):
        return bool(number % 2)
    if isinstance(column.type, JSON):
        return {"id": number, "share": 0.1 * number, "none": None, "names": ["ü", "🌰"]}
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, Float):
        return random.random()
    if column.type.python_type is datetime:
        return datetime(2026, 1, number, 12, 30, 59, 123_456, tzinfo=UTC)
    if column.nullable and number == 2 and not unique:
        return None
    return f"{_TEXTS[number % len(_TEXTS)]} {number}" if unique else random.choice(_TEXTS)


def _is_in_unique(column: Column) -> bool:
    unique = [index.columns for index in column.table.indexes if index.unique]
    unique += [key.columns for key in column.table.constraints if type(key).__name__ == "UniqueConstraint"]
    return any(column.name in columns for columns in unique)


def _comparable(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value
