"""The forum on an empty database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from comity.store import Database
from tests.intake.site import Site
from tests.store.conftest import database, sqlite_url, url  # noqa: F401 - fixtures


@pytest.fixture
def site(database):  # noqa: F811
    return Site(database)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_database(request, tmp_path_factory):
    """One database for all examples of a property, which empty it themselves."""
    if request.param == "sqlite":
        with Database(sqlite_url(tmp_path_factory.mktemp("kept"))) as database:
            yield database
        return
    server = request.getfixturevalue("postgres")
    address = server.migrated()
    with Database(address) as database:
        yield database
    server.drop(address)
