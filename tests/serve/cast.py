"""The cast of the server's tests: a gardeners' forum, its policy, and a server that moderates it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep

import uvicorn

from comity.moderator.asking import Askable
from comity.serve.app import create_app
from comity.settings import Settings
from tests.fakes import WordDetector

GARDEN = """\
policy: garden
version: 2
description: What gardeners owe each other on this forum.
rules:
  - id: no-insults
    text: Criticise the idea, not the person.
    categories: {insult: 0.80}
    severity: minor
    action: remove
    review: 0.50
  - id: no-spam
    text: No advertising.
    categories: {spam: 0.90}
    action: label
"""
INSULT = "You walnut, learn to prune."
DOUBTFUL = "What a turnip."
FRIENDLY = "Prune above the bud."


def detectors() -> list[Askable]:
    """A walnut is an insult, a turnip perhaps; FREE things are spam."""
    return [
        WordDetector("insult", {"walnut": 0.93, "turnip": 0.6}, name="manners.v1"),
        WordDetector("spam", {"FREE": 0.97}, name="ads.v1"),
    ]


def garden_settings(folder: Path, **changes: object) -> Settings:
    """Settings of a server whose default policy is the garden's, kept in `folder`."""
    (folder / "garden.yaml").write_text(GARDEN)
    fields = {"database": "sqlite://", "policy": "garden", "policies": folder, "port": free_port(), **changes}
    return Settings(**fields)  # type: ignore[arg-type]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: Settings, asked: Sequence[Askable] | None = None) -> Iterator[str]:
    """The address of a real server, listening until the end of the block."""
    app = create_app(settings, detectors=detectors() if asked is None else asked)
    config = uvicorn.Config(app, port=settings.port, log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            sleep(0.01)
        yield f"http://127.0.0.1:{settings.port}"
    finally:
        server.should_exit = True
        thread.join()
