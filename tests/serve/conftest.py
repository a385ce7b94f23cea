"""One real server for all tests that only ask it questions."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.serve.cast import garden_settings, serving


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(garden_settings(tmp_path_factory.mktemp("policies"))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client
