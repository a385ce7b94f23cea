"""Azure AI Content Safety: its shapes for texts, prompts and blocklists, with what Comity adds."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from comity.limits import LIMITS
from comity.wire.native import DecisionOut, NotJudgedOut, Text

Category = Literal["Hate", "SelfHarm", "Sexual", "Violence"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
NAME_PATTERN = r"^[0-9A-Za-z._~-]{1,64}$"
MOST_ITEMS_AT_ONCE = 100
MOST_DOCUMENTS = 100

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
# Databases other than SQLite keep no NUL in a text.
ItemText = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
Description = Annotated[str, Field(max_length=1_024, pattern=r"^[^\x00]*$")]
ItemId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class AnalyzeTextRequest(_Camel):
    text: Annotated[Text, Field(min_length=1)]
    categories: list[Category] | None = None
    blocklist_names: Annotated[list[Name], Field(max_length=100)] | None = None
    halt_on_blocklist_hit: bool | None = None
    output_type: Literal["FourSeverityLevels", "EightSeverityLevels"] | None = None


class CategoryAnalysis(_Camel):
    """`severity` is 0, 2, 4 or 6, or with eight levels 0 to 7."""

    category: Category
    severity: int


class BlocklistMatch(_Camel):
    blocklist_name: str
    blocklist_item_id: str
    blocklist_item_text: str


class AnalyzeTextResponse(_Camel):
    """`not_judged` and `comity` are ours; `comity` is None where a blocklist halted the analysis."""

    blocklists_match: list[BlocklistMatch]
    categories_analysis: list[CategoryAnalysis]
    not_judged: list[NotJudgedOut]
    comity: DecisionOut | None


class ShieldPromptRequest(_Camel):
    user_prompt: Text | None = None
    documents: Annotated[list[Text], Field(max_length=MOST_DOCUMENTS)] | None = None


class Attack(_Camel):
    attack_detected: bool


class ShieldPromptResponse(_Camel):
    """`not_judged` is ours: `userPrompt` or `documents[n]`, and why."""

    user_prompt_analysis: Attack | None
    documents_analysis: list[Attack]
    not_judged: list[NotJudgedOut]


class Blocklist(_Camel):
    blocklist_name: str
    description: str | None = None


class BlocklistPatch(_Camel):
    """A merge patch: what is absent stays, null clears."""

    description: Description | None = None


class BlocklistItem(_Camel):
    blocklist_item_id: str
    text: str
    description: str | None = None
    is_regex: bool = False


class NewBlocklistItem(_Camel):
    text: ItemText
    description: Description | None = None
    is_regex: bool | None = None


class AddItemsRequest(_Camel):
    blocklist_items: Annotated[list[NewBlocklistItem], Field(min_length=1, max_length=MOST_ITEMS_AT_ONCE)]


class AddItemsResponse(_Camel):
    blocklist_items: list[BlocklistItem]


class RemoveItemsRequest(_Camel):
    blocklist_item_ids: Annotated[list[ItemId], Field(min_length=1, max_length=LIMITS.request_items)]


class BlocklistPage(_Camel):
    value: list[Blocklist]
    next_link: str | None = None


class ItemPage(_Camel):
    value: list[BlocklistItem]
    next_link: str | None = None


class Error(_Camel):
    code: str
    message: str
    target: str | None = None


class ErrorResponse(_Camel):
    error: Error
