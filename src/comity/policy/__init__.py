"""The policy document: reading it, what it says, what changed."""

from comity.policy.condition import Condition, Unknown
from comity.policy.diff import PolicyDiff, diff
from comity.policy.document import (
    ACCOUNT_ACTIONS,
    ITEM_ACTIONS,
    AccountAction,
    Action,
    Counter,
    Fallback,
    ItemAction,
    Policy,
    Risk,
    Rule,
    RuleExample,
    State,
    Threshold,
    WithoutJudge,
)
from comity.policy.library import Library
from comity.policy.reader import load, read

__all__ = [
    "ACCOUNT_ACTIONS",
    "ITEM_ACTIONS",
    "AccountAction",
    "Action",
    "Condition",
    "Counter",
    "Fallback",
    "ItemAction",
    "Library",
    "Policy",
    "PolicyDiff",
    "Risk",
    "Rule",
    "RuleExample",
    "State",
    "Threshold",
    "Unknown",
    "WithoutJudge",
    "diff",
    "load",
    "read",
]
