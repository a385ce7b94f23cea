"""Scopes, policy and rate of keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.String(512)


def upgrade() -> None:
    with op.batch_alter_table("api_keys") as keys:
        # Keys that are there already go on as before: they could do everything.
        keys.add_column(sa.Column("scope", _ID, nullable=False, server_default="admin annotate moderate"))
        keys.add_column(sa.Column("policy", _ID))
        keys.add_column(sa.Column("per_minute", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("api_keys") as keys:
        for column in ("per_minute", "policy", "scope"):
            keys.drop_column(column)
