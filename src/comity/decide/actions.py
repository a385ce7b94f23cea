"""Actions, from the mildest to the strongest."""

from __future__ import annotations

from collections.abc import Sequence

from comity.policy import ACCOUNT_ACTIONS, ITEM_ACTIONS

_RANK: dict[str, int] = {
    action: rank for ladder in (ITEM_ACTIONS, ACCOUNT_ACTIONS) for rank, action in enumerate(ladder)
}


def rank(action: str) -> int:
    """0 for the mildest action on its ladder."""
    return _RANK[action]


def strongest(actions: Sequence[str]) -> tuple[str, ...]:
    """The strongest action on the item (`allow` if there is none), then the strongest on the account if any."""
    on_item = [action for action in actions if action in ITEM_ACTIONS]
    on_account = [action for action in actions if action in ACCOUNT_ACTIONS]
    item_action = max(on_item, key=rank, default="allow")
    return (item_action, max(on_account, key=rank)) if on_account else (item_action,)
