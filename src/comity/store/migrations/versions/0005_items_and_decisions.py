"""Items, decisions, cases, effects and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.String(512)
_SUBJECT = sa.String(576)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "answered",
        sa.Column("client", sa.Integer, nullable=False),
        sa.Column("key", _ID, nullable=False),
        sa.Column("digest", _ID, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("client", "key", name="pk_answered"),
    )
    op.create_index("ix_answered_at", "answered", ["at"])
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("joined_at", _TIME),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("erased_at", _TIME),
        sa.UniqueConstraint("key", name="uq_authors_key"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("subject", _SUBJECT, nullable=False),
        sa.Column("actor", _ID, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("ix_events_kind", "events", ["kind", "id"])
    op.create_index("ix_events_subject", "events", ["subject", "id"])
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("reason", _ID, nullable=False),
        sa.Column("actor", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("lifted_at", _TIME),
    )
    op.create_index("ix_holds_subject", "holds", ["subject"])
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", _ID, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.UniqueConstraint("name", "digest", name="uq_policy_versions_name"),
    )
    op.create_table(
        "retention",
        sa.Column("community", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("community", "kind", name="pk_retention"),
    )
    op.create_table(
        "rule_states",
        sa.Column("policy", _ID, nullable=False),
        sa.Column("rule", _ID, nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("reason", _ID, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("policy", "rule", name="pk_rule_states"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("role", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME),
        sa.UniqueConstraint("key", name="uq_users_key"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _ID, nullable=False),
        sa.Column("url", _ID, nullable=False),
        sa.Column("kinds", _ID, nullable=False),
        sa.Column("secret", _ID, nullable=False),
        sa.Column("previous_secret", _ID),
        sa.Column("previous_until", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME),
        sa.UniqueConstraint("name", name="uq_webhooks_name"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("webhook_id", sa.Integer, nullable=False),
        sa.Column("subject", _SUBJECT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("leased_until", _TIME),
        sa.Column("delivered_at", _TIME),
        sa.Column("dead_at", _TIME),
        sa.Column("error", _ID),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_deliveries_webhook_id"),
        sa.UniqueConstraint("event_id", "webhook_id", name="uq_deliveries_event_id"),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["webhook_id", "due_at", "id"],
        sqlite_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook_id", "id"])
    op.create_index(
        "ix_deliveries_dead",
        "deliveries",
        ["webhook_id", "id"],
        sqlite_where=sa.text("dead_at IS NOT NULL"),
        postgresql_where=sa.text("dead_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_subject",
        "deliveries",
        ["webhook_id", "subject", "id"],
        sqlite_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("community", _ID),
        sa.Column("thread", _ID),
        sa.Column("parent", _ID),
        sa.Column("role", _ID, nullable=False),
        sa.Column("lang", _ID),
        sa.Column("policy", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("decision_id", sa.Integer),
        sa.Column("action", _ID),
        sa.Column("deleted_at", _TIME),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_items_author_id"),
        sa.UniqueConstraint("key", name="uq_items_key"),
    )
    op.create_index("ix_items_action", "items", ["action", "id"])
    op.create_index("ix_items_author", "items", ["author_id", "id"])
    op.create_index("ix_items_community", "items", ["community", "id"])
    op.create_index("ix_items_thread", "items", ["thread", "id"])
    op.create_table(
        "plans",
        sa.Column("digest", _ID, nullable=False),
        sa.Column("policy_id", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_versions.id"], name="fk_plans_policy_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_plans"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("queue", _ID, nullable=False),
        sa.Column("cause", _ID, nullable=False),
        sa.Column("rule", _ID),
        sa.Column("priority", sa.Double, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("holder_id", sa.Integer),
        sa.Column("leased_until", _TIME),
        sa.Column("closed_at", _TIME),
        sa.ForeignKeyConstraint(["holder_id"], ["users.id"], name="fk_cases_holder_id"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_cases_item_id"),
        sa.UniqueConstraint("key", name="uq_cases_key"),
    )
    op.create_index(
        "ix_cases_queue",
        "cases",
        [sa.text("priority DESC"), "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ux_cases_open",
        "cases",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "texts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("item_id", sa.Integer),
        sa.Column("author_id", sa.Integer),
        sa.Column("community", _ID),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_texts_author_id"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_texts_item_id"),
    )
    op.create_index("ix_texts_author", "texts", ["author_id"])
    op.create_index("ix_texts_item", "texts", ["item_id"])
    op.create_index("ix_texts_kind_created", "texts", ["kind", "created_at", "community"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("supersedes_id", sa.Integer),
        sa.Column("cause", _ID, nullable=False),
        sa.Column("actor", _ID, nullable=False),
        sa.Column("action", _ID, nullable=False),
        sa.Column("account_action", _ID),
        sa.Column("confidence", sa.Double),
        sa.Column("policy", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("plan", _ID),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.Column("settled_by", _ID, nullable=False),
        sa.Column("ms", sa.Double, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_decisions_item_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["decisions.id"], name="fk_decisions_supersedes_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_decisions_text_id", ondelete="SET NULL"),
        sa.UniqueConstraint("key", name="uq_decisions_key"),
    )
    op.create_index("ix_decisions_author", "decisions", ["author_id", "action", "decided_at"])
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_index("ix_decisions_item", "decisions", ["item_id", "revision"])
    op.create_index("ix_decisions_policy", "decisions", ["policy", "decided_at"])
    op.create_index("ix_decisions_text_id", "decisions", ["text_id"])
    op.create_table(
        "golden_items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("policy", _ID, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("action", _ID, nullable=False),
        sa.Column("rule", _ID),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("retired_at", _TIME),
        sa.ForeignKeyConstraint(
            ["text_id"], ["texts.id"], name="fk_golden_items_text_id", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_golden_items_policy", "golden_items", ["policy"])
    op.create_index("ix_golden_items_text_id", "golden_items", ["text_id"])
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("reporter_id", sa.Integer),
        sa.Column("source", _ID, nullable=False),
        sa.Column("reason", _ID, nullable=False),
        sa.Column("rule", _ID),
        sa.Column("dsa", _ID),
        sa.Column("text_id", sa.Integer),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("outcome", _ID),
        sa.Column("closed_at", _TIME),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reports_case_id"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_reports_item_id"),
        sa.ForeignKeyConstraint(["reporter_id"], ["authors.id"], name="fk_reports_reporter_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_reports_text_id", ondelete="SET NULL"),
        sa.UniqueConstraint("item_id", "revision", "reporter_id", "reason", name="uq_reports_item_id"),
        sa.UniqueConstraint("key", name="uq_reports_key"),
    )
    op.create_index("ix_reports_author", "reports", ["author_id", "created_at"])
    op.create_index("ix_reports_case_id", "reports", ["case_id"])
    op.create_index(
        "ix_reports_open",
        "reports",
        ["outcome", "id"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index("ix_reports_reporter", "reports", ["reporter_id", "outcome"])
    op.create_index("ix_reports_text_id", "reports", ["text_id"])
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("change", _ID, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("digest", _ID, nullable=False),
        sa.Column("likeness", _ID),
        sa.Column("author_id", sa.Integer),
        sa.Column("thread", _ID),
        sa.Column("community", _ID),
        sa.Column("received_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_revisions_item_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_revisions_text_id", ondelete="SET NULL"),
        sa.UniqueConstraint("item_id", "number", name="uq_revisions_item_id"),
    )
    op.create_index("ix_revisions_author", "revisions", ["author_id", "received_at"])
    op.create_index("ix_revisions_community", "revisions", ["community", "received_at"])
    op.create_index("ix_revisions_likeness", "revisions", ["likeness", "received_at"])
    op.create_index("ix_revisions_text_id", "revisions", ["text_id"])
    op.create_index("ix_revisions_thread", "revisions", ["thread", "received_at"])
    op.create_table(
        "current_decisions",
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_current_decisions_decision_id"),
        sa.ForeignKeyConstraint(
            ["item_id", "revision"],
            ["revisions.item_id", "revisions.number"],
            name="fk_current_decisions_item_id",
        ),
        sa.PrimaryKeyConstraint("item_id", "revision", name="pk_current_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_current_decisions_decision_id"),
    )
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision_id", sa.Integer, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("hash", _ID, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("received_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_mentions_revision_id"),
    )
    op.create_index("ix_mentions_author", "mentions", ["author_id", "kind", "received_at"])
    op.create_index("ix_mentions_hash", "mentions", ["kind", "hash", "received_at"])
    op.create_table(
        "pending",
        sa.Column("revision_id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("leased_until", _TIME),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name="fk_pending_revision_id"),
        sa.PrimaryKeyConstraint("revision_id", name="pk_pending"),
    )
    op.create_index("ix_pending_due_at", "pending", ["due_at"])
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("community", _ID),
        sa.Column("action", _ID, nullable=False),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("until", _TIME),
        sa.Column("ended", _ID),
        sa.Column("ended_at", _TIME),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_restrictions_author_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_restrictions_decision_id"),
    )
    op.create_index("ix_restrictions_author", "restrictions", ["author_id", "id"])
    op.create_index("ix_restrictions_decision_id", "restrictions", ["decision_id"])
    op.create_index("ix_restrictions_until", "restrictions", ["ended_at", "until"])
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("action", _ID, nullable=False),
        sa.Column("rule", _ID),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_rulings_case_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_rulings_decision_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_rulings_text_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_rulings_user_id"),
    )
    op.create_index("ix_rulings_case_id", "rulings", ["case_id"])
    op.create_index("ix_rulings_decision_id", "rulings", ["decision_id"])
    op.create_index("ix_rulings_text_id", "rulings", ["text_id"])
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("rule", _ID),
        sa.Column("automated", sa.Boolean, nullable=False),
        sa.Column("appeal_until", _TIME, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_statements_author_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_statements_decision_id"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_statements_item_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_statements_text_id", ondelete="SET NULL"),
        sa.UniqueConstraint("decision_id", name="uq_statements_decision_id"),
        sa.UniqueConstraint("key", name="uq_statements_key"),
    )
    op.create_index("ix_statements_author_id", "statements", ["author_id"])
    op.create_index("ix_statements_item_id", "statements", ["item_id"])
    op.create_index("ix_statements_text_id", "statements", ["text_id"])
    op.create_table(
        "strikes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("community", _ID),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("rule", _ID, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_by", sa.Integer),
        sa.Column("revoked_at", _TIME),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_strikes_author_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_strikes_decision_id"),
        sa.ForeignKeyConstraint(["revoked_by"], ["decisions.id"], name="fk_strikes_revoked_by"),
        sa.UniqueConstraint("decision_id", name="uq_strikes_decision_id"),
    )
    op.create_index("ix_strikes_author", "strikes", ["author_id", "expires_at"])
    op.create_table(
        "violations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("policy", _ID, nullable=False),
        sa.Column("rule", _ID, nullable=False),
        sa.Column("criterion", _ID, nullable=False),
        sa.Column("action", _ID, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_violations_decision_id"),
    )
    op.create_index("ix_violations_decision_id", "violations", ["decision_id"])
    op.create_index("ix_violations_rule", "violations", ["policy", "rule", "decided_at"])
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", _ID, nullable=False),
        sa.Column("statement_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("text_id", sa.Integer),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("outcome", _ID),
        sa.Column("closed_at", _TIME),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_appeals_case_id"),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name="fk_appeals_statement_id"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name="fk_appeals_text_id", ondelete="SET NULL"),
        sa.UniqueConstraint("key", name="uq_appeals_key"),
        sa.UniqueConstraint("statement_id", name="uq_appeals_statement_id"),
    )
    op.create_index("ix_appeals_case_id", "appeals", ["case_id"])
    op.create_index(
        "ix_appeals_open",
        "appeals",
        ["outcome", "id"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index("ix_appeals_text_id", "appeals", ["text_id"])


def downgrade() -> None:
    op.drop_table("appeals")
    op.drop_table("violations")
    op.drop_table("strikes")
    op.drop_table("statements")
    op.drop_table("rulings")
    op.drop_table("restrictions")
    op.drop_table("pending")
    op.drop_table("mentions")
    op.drop_table("current_decisions")
    op.drop_table("revisions")
    op.drop_table("reports")
    op.drop_table("golden_items")
    op.drop_table("decisions")
    op.drop_table("texts")
    op.drop_table("cases")
    op.drop_table("plans")
    op.drop_table("items")
    op.drop_table("deliveries")
    op.drop_table("webhooks")
    op.drop_table("users")
    op.drop_table("rule_states")
    op.drop_table("retention")
    op.drop_table("policy_versions")
    op.drop_table("holds")
    op.drop_table("events")
    op.drop_table("authors")
    op.drop_table("answered")
