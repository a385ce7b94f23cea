"""Servers for the tests of the vendors' doors, and bodies that none of them may stumble over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.limits import LIMITS
from comity.moderator.asking import Askable
from comity.moderator.assemble import registered
from comity.store import Database, issue_key
from tests.fakes import BrokenDetector, SilentDetector, WordDetector
from tests.serve.cast import garden_settings, serving

SECRET = "xyzzy-the-secret-words"
HEADERS = {"Content-Type": "application/json"}

NOT_JSON = [
    b"{",
    b"nonsense " + SECRET.encode(),
    b'{"input": "\\ud800", "text": "\\ud800"}',
    b'{"input": "caf\xe9", "text": "caf\xe9"}',
    b'{"input": ' + b"[" * 100_000,
]
TOO_LARGE = b" " * (LIMITS.request_bytes + 1)


def detectors() -> list[Askable]:
    """Walnuts insult, nettles are hated, axes threaten; whoever says ABRACADABRA attacks the model."""
    return [
        WordDetector("insult", {"walnut": 0.93, "turnip": 0.6}, name="manners.v1"),
        WordDetector("spam", {"FREE": 0.97}, name="ads.v1"),
        WordDetector("hate", {"nettle": 0.9}, name="hate.v1"),
        WordDetector("threat", {"axe": 0.7}, name="threats.v1"),
        WordDetector("prompt-attack", {"ABRACADABRA": 0.9}, name="attacks.v1"),
        SilentDetector("sexual", {}, name="silent.v1"),
    ]


@contextmanager
def garden_server(folder: Path) -> Iterator[str]:
    """A gardeners' forum with the detectors above."""
    with serving(
        garden_settings(folder, database=f"sqlite:///{folder / 'comity.db'}"), detectors()
    ) as address:
        yield address


@contextmanager
def broken_server(folder: Path) -> Iterator[str]:
    """The same forum on a day when a detector is out of order."""
    broken = [*detectors(), BrokenDetector("violence", {}, name="broken.v1")]
    with serving(garden_settings(folder), broken) as address:
        yield address


@contextmanager
def packaged_server(folder: Path) -> Iterator[str]:
    """The `community` policy and everything that is in the package."""
    with serving(garden_settings(folder, policy="community"), registered()) as address:
        yield address


@contextmanager
def guarded_server(folder: Path) -> Iterator[tuple[str, str]]:
    """A server that asks for keys, and a key that it knows."""
    url = f"sqlite:///{folder / 'keys.db'}"
    with Database(url) as database, database.write() as session:
        key = issue_key(session, "forum").secret
    with serving(garden_settings(folder, database=url, require_key=True), detectors()) as address:
        yield address, key


def mapping_in(document: str) -> dict[str, tuple[str, ...]]:
    """The table of a migration guide that says which of our categories are behind a vendor's."""
    guide = (Path(__file__).parents[2] / "docs" / document).read_text("utf-8")
    table = guide.partition("| the highest of our |\n| --- | --- |\n")[2].partition("\n\n")[0]
    rows = (re.findall(r"`([^`]+)`", line) for line in table.splitlines())
    return {code: tuple(ours) for code, *ours in rows}
