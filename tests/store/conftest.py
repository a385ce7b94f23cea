"""An empty database, in a file of its own or on a PostgreSQL server: what is stored works the same on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.store import Database
from tests.intake.site import Site
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty database that has this version's schema."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
        Database(url).close()
        yield url
        return
    server = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database(url) as database:
        yield database


@pytest.fixture
def site(database: Database) -> Site:
    """A forum that keeps its items in the database."""
    return Site(database)


@pytest.fixture
def on_postgres(postgres: PostgresServer) -> Iterator[Database]:
    """For what only a server does."""
    url = postgres.migrated()
    with Database(url) as database:
        yield database
    postgres.drop(url)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    """In SQLite, for tests that look into its file `comity.db`."""
    with Database(sqlite_url(tmp_path)) as database:
        yield database


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'comity.db'}"
