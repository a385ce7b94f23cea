"""Runs the command as a person would, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def comity(tmp_path: Path) -> Command:
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "comity", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run
