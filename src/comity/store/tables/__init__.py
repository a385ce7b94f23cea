"""The tables. Logs are only ever added to and hold ids, numbers and hashes; text is in rows that can be purged; state
follows from the logs and can be rebuilt from them.
"""

from comity.store.tables.annotations import Annotation, ItemText
from comity.store.tables.banks import Bank, BankItem
from comity.store.tables.base import ID_CHARS, Table, UtcDateTime, new_key, now
from comity.store.tables.cases import Appeal, Case, GoldenItem, Report, Ruling
from comity.store.tables.decisions import CurrentDecision, DecisionRecord, StatementRecord, ViolationRecord
from comity.store.tables.effects import RestrictionRecord, StrikeRecord
from comity.store.tables.events import Answered, Event
from comity.store.tables.examples import Example, ExampleRevision
from comity.store.tables.items import ItemRecord, Mention, Pending, Revision
from comity.store.tables.keys import ApiKey
from comity.store.tables.outbox import Delivery, Webhook
from comity.store.tables.people import Author, User
from comity.store.tables.policies import PlanRecord, PolicyVersion, RuleState
from comity.store.tables.texts import Hold, Retention, Text

__all__ = [
    "ID_CHARS",
    "Annotation",
    "Answered",
    "ApiKey",
    "Appeal",
    "Author",
    "Bank",
    "BankItem",
    "Case",
    "CurrentDecision",
    "DecisionRecord",
    "Delivery",
    "Event",
    "Example",
    "ExampleRevision",
    "GoldenItem",
    "Hold",
    "ItemRecord",
    "ItemText",
    "Mention",
    "Pending",
    "PlanRecord",
    "PolicyVersion",
    "Report",
    "RestrictionRecord",
    "Retention",
    "Revision",
    "RuleState",
    "Ruling",
    "StatementRecord",
    "StrikeRecord",
    "Table",
    "Text",
    "User",
    "UtcDateTime",
    "ViolationRecord",
    "Webhook",
    "new_key",
    "now",
]
