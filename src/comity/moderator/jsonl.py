"""Lines of JSON in, lines of JSON out: one object each, in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from json import dumps

from pydantic import ValidationError

from comity.content import Item
from comity.decide import Facts
from comity.errors import ComityError, InputError
from comity.limits import LIMITS
from comity.moderator.moderator import BATCH, Moderator
from comity.moderator.record import decision_out, facts_of, item_of
from comity.wire.native import ItemIn


@dataclass(slots=True)
class Tally:
    """How many lines were answered, how many of them were no item, and the actions of the others."""

    lines: int = 0
    malformed: int = 0
    actions: Counter[str] = field(default_factory=Counter)


def moderate_lines(
    moderator: Moderator, lines: Iterable[bytes], tally: Tally, *, first_line: int = 1
) -> Iterator[str]:
    """For each line an object of the shape `DecisionOut`, or `{"error": {...}, "line": n}` where it was no item.

    lines: UTF-8, each one an `ItemIn`. An empty line is no item either, so that line n of the output always answers
    line n of the input. `tally` grows as lines are answered.
    """
    numbered = enumerate(lines, first_line)
    while chunk := list(islice(numbered, BATCH)):
        parsed = [(number, _parse(line)) for number, line in chunk]
        good = [found for _, found in parsed if not isinstance(found, ComityError)]
        decisions = moderator.moderate_many([item for item, _ in good], [facts for _, facts in good])
        for number, found in parsed:
            tally.lines += 1
            if isinstance(found, ComityError):
                tally.malformed += 1
                yield _error(number, found)
            else:
                decision = next(decisions)
                tally.actions[decision.action] += 1
                yield decision_out(decision).model_dump_json()


def _parse(line: bytes) -> tuple[Item, Facts] | ComityError:
    try:
        LIMITS.check("request_bytes", len(line), where="line")
        record = ItemIn.model_validate_json(line)
        return item_of(record), facts_of(record)
    except ValidationError as error:
        # `input` is left out: it would quote the item.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field_name = ".".join(str(step) for step in first["loc"])
        return InputError(first["msg"].rstrip("."), where=field_name)
    except ComityError as error:
        return error


def _error(number: int, error: ComityError) -> str:
    told = {"code": error.code, "message": error.what, "where": error.where, "next_step": error.next_step}
    return dumps({"error": told, "line": number})
