"""A community cannot weaken a rule that its parent policy locked."""

from __future__ import annotations

import pytest

from comity.errors import PolicyError
from comity.policy import read

PARENT = """
policy: house
version: 1
rules:
  - id: no-threats
    text: No threats.
    categories: {threat: 0.7}
    action: remove
    locked: true
"""
CHILD = """
policy: garden
version: 1
extends: house@1
rules:
  - id: no-threats
    categories: {threat: 0.95}
"""


def test_a_child_that_weakens_a_locked_rule_is_refused_at_its_line(tmp_path):
    (tmp_path / "house.yaml").write_text(PARENT)
    child = tmp_path / "garden.yaml"
    child.write_text(CHILD)
    with pytest.raises(PolicyError) as refused:
        read(child)
    [problem] = refused.value.problems
    assert problem.line == 7
    assert "locked" in problem.message
