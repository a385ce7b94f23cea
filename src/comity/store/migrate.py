"""Brings a database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from comity.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Applies the missing migrations in the transaction of `connection`. Raises StoreError for a newer schema."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    applied = MigrationContext.configure(connection).get_current_heads()
    if unknown := [revision for revision in applied if revision not in known]:
        raise StoreError(
            f"the database has schema {', '.join(unknown)}, which is newer than this version of Comity",
            next_step="Upgrade Comity, or set COMITY_DATABASE to another database.",
            code="S005",
        )
    if applied != tuple(scripts.get_heads()):
        command.upgrade(config, "head")
