"""Killed at any instant, the server loses nothing that it acknowledged and does nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

import pytest

from bench.soak.databases import Postgres, SoakDatabase, Sqlite
from bench.soak.run import Size, soak
from bench.soak.scarce import CASES, NEEDS_MOUNT, a_disk_that_fails, can_mount

TINY = Size(items=150, kills=2, drain_seconds=120)
SHORT = Size(items=3_000, kills=10, drain_seconds=900)


def run(folder: Path, database: SoakDatabase, size: Size) -> None:
    seed = SystemRandom().randrange(10**6)
    print(f"seed {seed}, {folder}")
    try:
        outcome = soak(folder, database, size, seed, print)
    finally:
        database.close()
    assert outcome.differences == [], f"seed {seed}: {folder} and the database in {database.url} are kept"
    assert sum(outcome.killed.values()) >= size.kills
    if isinstance(database, Postgres):
        shutil.rmtree(database.folder)


def test_a_forum_whose_server_is_killed_twice_loses_nothing_and_does_nothing_twice(tmp_path):
    run(tmp_path, Sqlite(tmp_path), TINY)


def test_a_server_that_may_not_write_a_byte_says_so_and_goes_on(tmp_path):
    assert a_disk_that_fails(tmp_path) == []


@pytest.mark.heavy
@pytest.mark.parametrize("database", [Sqlite, lambda _: Postgres()], ids=["sqlite", "postgresql"])
def test_a_forum_whose_server_and_database_are_killed_again_and_again(tmp_path, database):
    run(tmp_path, database(tmp_path), SHORT)


@pytest.mark.heavy
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_database_that_cannot_be_written_for_a_while(tmp_path, case: Callable[[Path], list[str]]):
    if case in NEEDS_MOUNT and not can_mount():
        pytest.skip("this user may not mount a file system")
    assert case(tmp_path) == []
