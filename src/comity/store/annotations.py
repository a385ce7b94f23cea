"""Annotations: what people or data sets said of items."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from comity.errors import InputError
from comity.limits import LIMITS
from comity.store.paging import Page, page
from comity.store.tables import Annotation, ItemText
from comity.store.upsert import add_if_absent
from comity.taxonomy import Severity


@dataclass(frozen=True, slots=True)
class NewAnnotation:
    """`value` in [0, 1]: 1 says that `criterion` holds of the item, 0 that it does not."""

    item_id: str
    text: str
    criterion: str
    value: float
    annotator: str
    source: str
    severity: Severity | None = None


def add_annotation(session: Session, new: NewAnnotation) -> Annotation:
    """Keeps the annotation, and the item's text if that is not kept yet. Raises InputError past a limit."""
    if not 0.0 <= new.value <= 1.0:
        raise InputError("the value of an annotation lies between 0 and 1", where=f"item {new.item_id[:64]}")
    LIMITS.check("text_chars", len(new.text), where=f"item {new.item_id[:64]}")
    for name in (new.item_id, new.criterion, new.annotator, new.source):
        LIMITS.check("id_chars", len(name), where="item id, criterion, annotator or source")
    add_if_absent(session, ItemText, item_id=new.item_id, text=new.text)
    annotation = Annotation(
        item_id=new.item_id,
        text_of=new.item_id,
        criterion=new.criterion,
        value=new.value,
        severity=None if new.severity is None else int(new.severity),
        annotator=new.annotator,
        source=new.source,
    )
    session.add(annotation)
    session.flush()
    return annotation


def list_annotations(
    session: Session, *, criterion: str | None = None, after: int = 0, size: int = 100
) -> Page[Annotation]:
    """Annotations with their texts, oldest first; of one `criterion` if it is given."""
    query = select(Annotation)
    if criterion is not None:
        query = query.where(Annotation.criterion == criterion)
    return page(session, query, Annotation.id, after, size)


def purge_item(session: Session, item_id: str) -> bool:
    """Erases the text of an item; its annotations stay. False if there was none."""
    if session.get(ItemText, item_id) is None:
        return False
    session.execute(update(Annotation).where(Annotation.text_of == item_id).values(text_of=None))
    session.execute(delete(ItemText).where(ItemText.item_id == item_id))
    return True
