"""A forum whose server keeps items: the policy with a ladder, and clients with and without rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.intake.site import GARDEN, detectors
from tests.serve.cast import garden_settings, serving


class Forum:
    """What the site and its people ask of the server; each item of a test gets an id of its own from `new`."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._sent = 0

    def get(self, path, **parameters):
        return self.client.get(f"/v1/{path}", params=parameters)

    def post(self, path, body=None, headers=None, **parameters):
        return self.client.post(f"/v1/{path}", json=body or {}, headers=headers, params=parameters)

    def delete(self, path, **parameters):
        return self.client.delete(f"/v1/{path}", params=parameters)

    def new(self, name="post"):
        self._sent += 1
        return f"{name}/{self._sent}"

    def send(self, text, author="ann", **fields):
        """An item with an id of its own, which holds a slash."""
        id = self.new()
        answer = self.post("items", {"id": id, "text": text, "author": author, **fields})
        assert answer.status_code == 201, answer.text
        return id, answer.json()

    def report(self, item, reason="rude", reporter="bob", **fields):
        return self.post("reports", {"item": item, "reason": reason, "reporter": reporter, **fields})

    def case_of(self, item):
        """The open case about the item."""
        return self.get(f"items/{quote(item, safe='')}").json()["case"]

    def rule(self, item, action, rule=None, user="mira", **fields):
        """The user takes the case about the item and rules in it."""
        case = self.case_of(item)
        assert self.post(f"cases/{case}/lease", {"user": user}).status_code == 200
        return self.post(f"cases/{case}/ruling", {"user": user, "action": action, "rule": rule, **fields})


@contextmanager
def forum_server(folder: Path, url: str, **settings: object) -> Iterator[Forum]:
    """Mira and Otto review."""
    fields = garden_settings(folder, database=url, **settings)
    (folder / "garden.yaml").write_text(GARDEN)
    with serving(fields, detectors()) as address, httpx.Client(base_url=address, timeout=30) as client:
        forum = Forum(client)
        if not fields.require_key:
            for name in ("mira", "otto"):
                assert forum.post("users", {"key": name}).status_code == 201
        yield forum
