"""What an installation keeps: API keys, annotations, examples and banks, in SQLite or another database by URL."""

from comity.store.annotations import NewAnnotation, add_annotation, list_annotations, purge_item
from comity.store.banks import (
    NewBankItem,
    get_bank,
    get_bank_item,
    list_bank_items,
    list_banks,
    put_bank,
    put_bank_items,
    remove_bank,
    remove_bank_items,
)
from comity.store.database import Database, is_there
from comity.store.examples import NewExample, add_example, list_examples, remove_example
from comity.store.keys import SCOPES, IssuedKey, Scope, find_key, issue_key, list_keys, revoke_key
from comity.store.paging import Page
from comity.store.stored_examples import StoredExamples
from comity.store.tables import Annotation, ApiKey, Bank, BankItem, Example

__all__ = [
    "SCOPES",
    "Annotation",
    "ApiKey",
    "Bank",
    "BankItem",
    "Database",
    "Example",
    "IssuedKey",
    "NewAnnotation",
    "NewBankItem",
    "NewExample",
    "Page",
    "Scope",
    "StoredExamples",
    "add_annotation",
    "add_example",
    "find_key",
    "get_bank",
    "get_bank_item",
    "is_there",
    "issue_key",
    "list_annotations",
    "list_bank_items",
    "list_banks",
    "list_examples",
    "list_keys",
    "purge_item",
    "put_bank",
    "put_bank_items",
    "remove_bank",
    "remove_bank_items",
    "remove_example",
    "revoke_key",
]
