"""One real server for all tests that only ask it questions."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.serve.cast import garden_settings, serving
from tests.serve.forum import Forum, forum_server


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(garden_settings(tmp_path_factory.mktemp("policies"))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def forum(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A server that keeps items; tests share it, and each has items of its own."""
    folder = tmp_path_factory.mktemp("forum")
    if request.param == "sqlite":
        with forum_server(folder, f"sqlite:///{folder / 'comity.db'}") as forum:
            yield forum
        return
    server = request.getfixturevalue("postgres")
    url = server.migrated()
    with forum_server(folder, url) as forum:
        yield forum
    server.drop(url)
