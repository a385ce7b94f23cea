"""Comity: self-hosted content moderation under a policy of your own.

    from comity import Moderator
    decision = Moderator("community").moderate("You absolute walnut, learn to prune.")
    print(decision.action, [violation.rule for violation in decision.violations])

Public names are imported on first use, so that `import comity` is quick.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.content import Item, Part
    from comity.decide import Decision, Facts
    from comity.errors import ComityError
    from comity.moderator import Moderator
    from comity.policy import Policy

__all__ = ["ComityError", "Decision", "Facts", "Item", "Moderator", "Part", "Policy", "__version__"]

_HOMES = {
    "ComityError": "comity.errors",
    "Decision": "comity.decide",
    "Facts": "comity.decide",
    "Item": "comity.content",
    "Moderator": "comity.moderator",
    "Part": "comity.content",
    "Policy": "comity.policy",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("comity")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `comity` has no attribute `{name}`")
