"""An item that is kept: what comes in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from comity.limits import LIMITS
from comity.wire.native import Id, Role, Text

Key = Annotated[Id, Field(pattern=r"^[^\x00]+$")]
"""An id that is kept. Databases know no NUL."""
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def _in_our_time(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year < _LAST_YEAR:
        raise ValueError(f"a year from {_FIRST_YEAR} to {_LAST_YEAR - 1} is expected")
    return value.astimezone(UTC)


class PartIn(BaseModel):
    """One text of an item; evidence names it by its id."""

    model_config = ConfigDict(extra="forbid")
    id: Key
    kind: Literal["text"] = "text"
    text: Text


class KeptAuthorIn(BaseModel):
    """Who wrote it. `created_at` is when the account was made; every further key is a fact that a rule's condition may
    read: `verified`, `role`, ...
    """

    model_config = ConfigDict(extra="allow")
    id: Key
    created_at: Annotated[AwareDatetime, AfterValidator(_in_our_time)] | None = None


class ItemEditIn(BaseModel):
    """What an item reads now: its text, or its parts."""

    model_config = ConfigDict(extra="forbid")
    text: Text | None = None
    parts: list[PartIn] = Field(default_factory=list, max_length=LIMITS.item_parts)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = self._sources()
        if sum(map(bool, sources.values())) != 1:
            names = " or ".join(f"`{name}`" for name in sources)
            raise PydanticCustomError("not_one_source", "{names} is needed, one of them", {"names": names})
        if len({part.id for part in self.parts}) != len(self.parts):
            raise PydanticCustomError("same_part_twice", "two parts have the same id")
        return self

    def _sources(self) -> dict[str, bool]:
        return {"text": self.text is not None, "parts": bool(self.parts)}

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Id and text of each part; none while they are still to be fetched."""
        if self.text is not None:
            return (("text", self.text),)
        return tuple((part.id, part.text) for part in self.parts)


class KeptItemIn(ItemEditIn):
    """One item to keep and to decide: with its text, its parts, or the URL from which they can be fetched."""

    id: Key = Field(description="Yours: the same item again is the same item, however often it is sent.")
    fetch: str | None = Field(
        None, description="Where the parts are, on a host that the server may ask.", max_length=2_048
    )
    role: Role = "post"
    author: Key | KeptAuthorIn | None = None
    community: Key | None = None
    thread: Key | None = Field(None, description="The id of the conversation that it stands in.")
    reply_to: Key | None = Field(None, description="The id of the item that it answers.")
    lang: str | None = Field(
        None, description="ISO 639-1 code, if you know it.", pattern=r"^[A-Za-z]{2,3}([-_].{1,16})?$"
    )
    policy: str | None = Field(None, description="A policy that the server knows; its default if absent.")
    do_not_store: bool = Field(False, description="Decide and keep nothing: no case is opened.")

    @model_validator(mode="after")
    def _kept_if_fetched(self) -> Self:
        if self.fetch is not None and self.do_not_store:
            raise PydanticCustomError(
                "fetched_is_kept", "an item that is fetched is decided later, so it must be stored until then"
            )
        return self

    def _sources(self) -> dict[str, bool]:
        return {**super()._sources(), "fetch": self.fetch is not None}
