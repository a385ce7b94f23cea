"""`docs/server.md` names every setting and every limit, with the default that the code has."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from comity.limits import Limits
from comity.serve.workers import WAITING_PER_THREAD
from comity.settings import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "server.md").read_text()


def test_every_setting_is_in_the_table_with_its_default():
    rows = dict(re.findall(r"^\| `COMITY_(\w+)` \| (.+?) \|", GUIDE, re.MULTILINE))
    settings = Settings.from_environment({})
    assert set(rows) == {field.name.upper() for field in fields(Settings)}
    for field in fields(Settings):
        if field.name in ("database", "threads"):
            continue
        value = getattr(settings, field.name)
        shown = "none" if value is None else f"`{int(value) if isinstance(value, bool) else value}`"
        assert rows[field.name.upper()] == shown


def test_every_limit_is_in_the_table_with_its_default():
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| ([\d,]+) \|", GUIDE, re.MULTILINE))
    assert rows == {field.name: f"{field.default:,}" for field in fields(Limits)}


def test_the_queue_is_as_long_as_it_says():
    assert f"{WAITING_PER_THREAD} times as many may wait" in GUIDE
