"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.postgres import PostgresServer

# A busy machine must not fail a property test: what is slow is measured in bench/.
settings.register_profile("comity", deadline=None)
settings.load_profile("comity")


@pytest.fixture(scope="module")  # its event loop would keep asyncio from the tests after it
def browser() -> Iterator[Browser]:
    from tests.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started when the first test asks for it."""
    from tests.postgres import postgres_server

    with postgres_server() as server:
        yield server
