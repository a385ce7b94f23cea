"""The JSON Schema of a policy file, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any


def json_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12). What it cannot say, such as a sound condition, `reader.read` checks."""
    from comity.policy._shape import PolicyShape

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PolicyShape.model_json_schema()}
