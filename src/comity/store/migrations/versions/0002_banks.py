"""Banks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.String(512)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "banks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _ID, nullable=False, unique=True),
        sa.Column("description", sa.Text),
        sa.Column("revision", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "bank_items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "bank_id", sa.Integer, sa.ForeignKey("banks.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("key", _ID, nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("is_pattern", sa.Boolean, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
    )


def downgrade() -> None:
    for table in ("bank_items", "banks"):
        op.drop_table(table)
