"""`docs/server.md` names all settings, limits, scopes and metrics; files for deployment name no other setting."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from comity.limits import Limits
from comity.serve.metrics import Metrics
from comity.settings import Settings
from comity.store import SCOPES

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "server.md").read_text()


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


def test_every_scope_and_every_metric_is_in_its_table():
    keys = GUIDE.partition("## Keys")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", keys, re.MULTILINE)) == set(SCOPES)
    told = set(re.findall(r"^\| `(comity_\w+)` \|", GUIDE, re.MULTILINE))
    families = re.findall(r"^# TYPE (comity_\w+) (\w+)", Metrics(lambda: 0).text().decode(), re.MULTILINE)
    assert told == {name for name, _ in families if not name.endswith("_created")}


@pytest.mark.parametrize("name", ["deployment.md", "deploy/comity.service", "deploy/Dockerfile"])
def test_files_for_deployment_set_only_what_there_is(name):
    named = set(re.findall(r"COMITY_([A-Z_]+)", (DOCS / name).read_text()))
    assert named
    assert named <= {field.name.upper() for field in fields(Settings)}
