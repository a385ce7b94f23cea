"""The schema of a database: which one it has, and the way to another one and back."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from comity.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
BASE = "base"
"""The revision of a database without a table."""
_UPGRADE_LOCK = 0x636F6D697479  # an arbitrary number, the same for every process that upgrades


def current_revision(connection: Connection) -> str:
    """The schema that the database has; BASE if it has none."""
    return MigrationContext.configure(connection).get_current_revision() or BASE


@cache
def head_revision() -> str:
    """The schema of this version of Comity."""
    return str(_scripts().get_current_head())


def is_known(revision: str) -> bool:
    return revision == BASE or revision in {script.revision for script in _scripts().walk_revisions()}


def check_not_newer(revision: str) -> None:
    """Raises StoreError for the schema of a newer version of Comity."""
    if not is_known(revision):
        raise StoreError(
            f"the database has schema {revision}, which is newer than this version of Comity",
            next_step="Upgrade Comity, or set COMITY_DATABASE to another database.",
            code="S005",
        )


def upgrade(connection: Connection) -> None:
    """Applies the missing migrations in the transaction of `connection`. Raises StoreError for a newer schema.

    SQLite must not be enforcing foreign keys: to change a table it is copied and dropped, and rows of others that
    point to it would go with it (`Database.schema_change` sees to that).
    """
    if connection.dialect.name == "postgresql":
        # Two upgrades at once: the second one waits here, and finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
    revision = current_revision(connection)
    check_not_newer(revision)
    if revision != head_revision():
        command.upgrade(_config(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Takes the migrations after `revision` back, and what is in their tables with them. As `upgrade` otherwise."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
