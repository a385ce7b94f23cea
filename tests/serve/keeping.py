"""Servers that keep what they decide, on either database, and what their tests ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import httpx

from comity.moderator.asking import Askable
from comity.store import Database
from tests.serve.cast import detectors, garden_settings, serving

KEEPING = """\
policy: keeping
version: 1
description: A forum that looks back.
counters:
  posts_today: {by: author, window: 1d}
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    action: remove
    review: 0.50
  - id: once-bitten
    text: After a removal a person looks at what comes next.
    when: history.removals > 0
    action: review
  - id: no-floods
    text: Not more than three posts a day.
    when: counters.posts_today >= 3
    action: label
  - id: no-spam
    text: No advertising.
    categories: {spam: 0.90}
    action: remove
    state: shadow
"""


@dataclass
class Forum:
    """A running server with its database; `asked` are the items that its detector was asked about."""

    client: httpx.Client
    address: str
    url: str
    database: Database
    asked: list[str]

    def send(self, id: str, text: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self.client.post("/v1/items", json={"id": id, "text": text, **more}, headers=headers)

    def item(self, id: str, **query: Any) -> dict[str, Any]:
        answer = self.client.get(f"/v1/items/{quote(id, safe='')}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decided(self, id: str) -> dict[str, Any]:
        """The item, once it is not pending any more."""
        wait_for(lambda: self.item(id)["state"] != "pending")
        return self.item(id)


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, "it did not happen"
        sleep(0.02)


@contextmanager
def forum(
    folder: Path, url: str | None = None, asked: list[Askable] | None = None, **settings: Any
) -> Iterator[Forum]:
    """The gardeners' forum with a database: in a file of `folder`, unless `url` names another."""
    (folder / "keeping.yaml").write_text(KEEPING)
    url = url or f"sqlite:///{folder / 'comity.db'}"
    used = detectors() if asked is None else asked
    with (
        Database(url) as database,
        serving(garden_settings(folder, database=url, **settings), used) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield Forum(client, address, url, database, used[0].asked)  # type: ignore[attr-defined]
