"""The policies and plans that decisions name, and rules that are not in the state that their file says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from comity.store.tables.base import Table, now


class PolicyVersion(Table):
    """A policy as it was when decisions were made under it; `digest` is the SHA-256 of its source."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("name", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    digest: Mapped[str]
    source: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class PlanRecord(Table):
    """A plan that decisions name by its digest, and the policy that it was compiled from."""

    __tablename__ = "plans"

    digest: Mapped[str] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class RuleState(Table):
    """A rule that is in another `state` than its file says, such as one in shadow by the brake."""

    __tablename__ = "rule_states"

    policy: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime] = mapped_column(default=now)
