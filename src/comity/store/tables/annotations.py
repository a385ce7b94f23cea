"""What people and data sets said of items."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from comity.store.tables.base import Table, now


class ItemText(Table):
    """The text of an item that annotations speak of. Erasing it leaves the annotations."""

    __tablename__ = "item_texts"

    item_id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Annotation(Table):
    """`value`, in [0, 1], is how far the criterion holds of the item: 1 yes, 0 no, or a share of several people.

    `severity` is 0 to 3 or None; `source` the data set or the door that it came by.
    """

    __tablename__ = "annotations"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(index=True)
    text_of: Mapped[str | None] = mapped_column(ForeignKey("item_texts.item_id", ondelete="SET NULL"))
    criterion: Mapped[str] = mapped_column(index=True)
    value: Mapped[float] = mapped_column(Double)
    severity: Mapped[int | None]
    annotator: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    item_text: Mapped[ItemText | None] = relationship(lazy="joined")

    @property
    def text(self) -> str | None:
        """The item's text; None once it was purged."""
        return self.item_text.text if self.item_text else None
