"""Keys, annotations and examples."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.String(512)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _ID, nullable=False),
        sa.Column("prefix", _ID, nullable=False),
        sa.Column("digest", _ID, nullable=False, unique=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
    )
    op.create_table(
        "item_texts",
        sa.Column("item_id", _ID, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", _ID, nullable=False, index=True),
        sa.Column("text_of", _ID, sa.ForeignKey("item_texts.item_id", ondelete="SET NULL")),
        sa.Column("criterion", _ID, nullable=False, index=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("severity", sa.Integer),
        sa.Column("annotator", _ID, nullable=False),
        sa.Column("source", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "examples",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("policy", _ID, nullable=False, index=True),
        sa.Column("rule", _ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("violates", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )


def downgrade() -> None:
    for table in ("examples", "annotations", "item_texts", "api_keys"):
        op.drop_table(table)
