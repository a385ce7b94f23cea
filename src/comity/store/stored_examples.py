"""The examples in a database, for the detector that judges by them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from comity.detect.examples import ExampleSet, TaughtExample
from comity.store.database import Database
from comity.store.examples import revision_of_examples
from comity.store.tables import Example


class StoredExamples:
    """`Examples` of the detector `neighbours.v1`. `database` gives the database, or None while there is none."""

    def __init__(self, database: Callable[[], Database | None]) -> None:
        self._database = database

    def read(self, policy: str, known: int | None) -> ExampleSet | None:
        """Raises StoreError."""
        database = self._database()
        if database is None:
            return None if known == 0 else ExampleSet(0)
        columns = (Example.id, Example.rule, Example.text, Example.violates)
        with database.read() as session:
            # The revision first: a change in between is then seen at the next look.
            revision = revision_of_examples(session, policy)
            if revision == known:
                return None
            rows = session.execute(select(*columns).where(Example.policy == policy).order_by(Example.id))
            return ExampleSet(revision, tuple(TaughtExample(*row) for row in rows))
