"""The forum on an empty database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.intake.conftest import site  # noqa: F401 - fixtures
from tests.store.conftest import database, url  # noqa: F401 - fixtures
