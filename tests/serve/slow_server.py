"""A server for the drain tests, run as a program: its one detector takes as long as a file `gate` is missing.

python -m tests.serve.slow_server FOLDER PORT DRAIN_SECONDS
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import sleep

from comity.detect import registry
from comity.serve.run import run
from tests.fakes import WordDetector
from tests.serve.cast import garden_settings

FOLDER = Path(sys.argv[1])


class SlowDetector(WordDetector):
    """Is quick with greetings, and so lets the server become ready."""

    def detect(self, items):
        if any("walnut" in part.text for item in items for part in item.parts):
            (FOLDER / "at-work").touch()
            while not (FOLDER / "gate").exists():
                sleep(0.01)
        return super().detect(items)


def build() -> SlowDetector:
    return SlowDetector("insult", {"walnut": 0.9}, name="slow.v1")


if __name__ == "__main__":
    registry.DETECTORS.clear()
    registry.DETECTORS["slow.v1"] = "tests.serve.slow_server:build"
    run(garden_settings(FOLDER, port=int(sys.argv[2]), drain_seconds=int(sys.argv[3])))
