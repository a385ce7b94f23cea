"""docs/policy.md cannot lie: its policies are read, and its tables are compared with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comity.policy import Policy, read
from comity.policy._facts import FACTS
from comity.policy._shape import PolicyShape, RuleShape

DOCS = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
POLICIES = re.findall(r"```yaml\n(policy:.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("text", POLICIES)
def test_every_policy_in_the_documentation_is_sound(text):
    assert isinstance(read(text), Policy)


def test_the_table_of_facts_is_the_table_in_the_code():
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.+?) \| (.+?) \|$", DOCS, re.MULTILINE)
    assert rows == [(name, kind.value, meaning) for name, (kind, meaning) in FACTS.items()]


@pytest.mark.parametrize("shape", [PolicyShape, RuleShape])
def test_every_key_is_documented_in_the_order_of_the_schema(shape):
    keys = re.findall(r"^\| `(\w+)` \|", DOCS, re.MULTILINE)
    listed = [key for key in keys if key in shape.model_fields]
    assert listed == list(shape.model_fields)
