from __future__ import annotations

from typing import Any

from comity.policy.document import ITEM_ACTIONS
from comity.policy.schema import json_schema
from comity.taxonomy import CATEGORIES


def properties(definition: str) -> dict[str, Any]:
    found: dict[str, Any] = json_schema()["$defs"][definition]["properties"]
    return found


def test_the_schema_knows_every_top_level_key_and_refuses_others():
    schema = json_schema()
    assert schema["required"] == ["policy", "version"]
    assert schema["additionalProperties"] is False
    assert {"extends", "disable", "counters", "on_failure", "on_unjudged", "rules"} <= schema[
        "properties"
    ].keys()


def test_every_key_has_a_description_for_the_editor_to_show():
    owners = [owner for owner in json_schema()["$defs"] if owner.endswith("Shape")]
    assert {"RuleShape", "StepShape", "ReasonShape", "HitRateShape"} <= set(owners)
    for owner in owners:
        assert all(key.get("description") for key in properties(owner).values())


def test_an_editor_writes_the_duration_of_a_step_as_for():
    assert list(properties("StepShape")) == ["at", "action", "for"]


def test_an_editor_can_offer_categories_and_actions():
    rule = properties("RuleShape")
    assert rule["categories"]["propertyNames"]["enum"] == list(CATEGORIES)
    assert set(ITEM_ACTIONS) <= set(rule["action"]["oneOf"][0]["enum"])


def test_nothing_may_be_null():
    assert "null" not in str(json_schema())


def test_rules_need_a_text_only_where_nothing_is_extended():
    schema = json_schema()
    assert schema["if"] == {"not": {"required": ["extends"]}}
    assert schema["then"]["properties"]["rules"]["items"]["required"] == ["id", "text"]
    assert schema["$defs"]["RuleShape"]["required"] == ["id"]
