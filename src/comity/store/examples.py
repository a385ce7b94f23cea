"""Examples that users add to the rules of a policy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from comity.errors import InputError, NotFound
from comity.limits import LIMITS
from comity.store.paging import Page, page
from comity.store.tables import Example, ExampleRevision
from comity.store.upsert import add_if_absent

MOST_EXAMPLES = 50_000
"""Examples for one policy."""


@dataclass(frozen=True, slots=True)
class NewExample:
    """`text` must be judged by the rule as `violates` says; `policy` is a name without a version."""

    policy: str
    rule: str
    text: str
    violates: bool
    note: str = ""


def add_example(session: Session, new: NewExample) -> Example:
    """Raises LimitExceeded for too long a text or name, InputError for an empty text or one too many."""
    if not new.text.strip():
        raise InputError("an example has no text", where=f"example of {new.rule[:64]}")
    LIMITS.check("text_chars", len(new.text) + len(new.note), where=f"example of {new.rule[:64]}")
    for name in (new.policy, new.rule):
        LIMITS.check("id_chars", len(name), where="policy or rule of an example")
    _count_change(session, new.policy)
    example = Example(policy=new.policy, rule=new.rule, text=new.text, violates=new.violates, note=new.note)
    session.add(example)
    session.flush()
    if session.scalars(select(func.count()).where(Example.policy == new.policy)).one() > MOST_EXAMPLES:
        raise InputError(
            f"a policy has {MOST_EXAMPLES:,} examples at most", next_step="Remove those that are out of date."
        )
    return example


def list_examples(
    session: Session, policy: str, *, rule: str | None = None, after: int = 0, size: int = 100
) -> Page[Example]:
    """The examples of `policy`, oldest first; of one `rule` if it is given."""
    query = select(Example).where(Example.policy == policy)
    if rule is not None:
        query = query.where(Example.rule == rule)
    return page(session, query, Example.id, after, size)


def remove_example(session: Session, id: int) -> None:
    """Erases the example with its text. Raises NotFound."""
    example = session.get(Example, id)
    if example is None:
        raise NotFound(f"there is no example {id}", next_step="List the examples to see their numbers.")
    _count_change(session, example.policy)
    session.execute(delete(Example).where(Example.id == id))


def revision_of_examples(session: Session, policy: str) -> int:
    """How often the examples of `policy` have changed."""
    found = session.get(ExampleRevision, policy)
    return found.revision if found else 0


def _count_change(session: Session, policy: str) -> None:
    """Called before the change: whoever changes examples of the same policy waits here, and then counts them right."""
    add_if_absent(session, ExampleRevision, policy=policy, revision=0)
    of_policy = update(ExampleRevision).where(ExampleRevision.policy == policy)
    session.execute(of_policy.values(revision=ExampleRevision.revision + 1))
