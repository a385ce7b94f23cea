"""A decision with all that it rests on, as JSON and back: what is written down so that it can be repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from comity.decide.decision import Decision
from comity.detect import Abstained, Failed, Outcome, Signals


def transcript(decision: Decision) -> str:
    """JSON from which `recall` makes the same decision again. It quotes no text, but facts may hold names,
    and a judge's rationale words of the item.
    """
    record = _decisions().dump_python(decision, mode="json", exclude_defaults=True)
    for name, outcome in decision.outcomes.items():
        record["outcomes"][name]["is"] = type(outcome).__name__
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def recall(text: str) -> Decision:
    """The decision of which `text` is the transcript. Raises ValueError for any other text."""
    record = json.loads(text)
    # Left to itself, validation would take every outcome for signals, all of whose fields have defaults.
    record["outcomes"] = {
        name: _outcomes()[told.pop("is")].validate_python(told) for name, told in record["outcomes"].items()
    }
    return _decisions().validate_python(record)


@cache
def _decisions() -> TypeAdapter[Decision]:
    return TypeAdapter(Decision)


@cache
def _outcomes() -> Mapping[str, TypeAdapter[Outcome]]:
    kinds: tuple[Any, ...] = (Signals, Abstained, Failed)
    return {kind.__name__: TypeAdapter(kind) for kind in kinds}
