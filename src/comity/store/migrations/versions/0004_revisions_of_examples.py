"""A revision for the examples of each policy."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "example_revisions",
        sa.Column("policy", sa.String(512), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    # Whoever found no examples at revision 0 must read those that are there already.
    op.execute("INSERT INTO example_revisions (policy, revision) SELECT DISTINCT policy, 1 FROM examples")


def downgrade() -> None:
    op.drop_table("example_revisions")
