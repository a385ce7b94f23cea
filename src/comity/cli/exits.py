"""What the exit code of a command means."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """OK; SOME_FAILED: lines of the input were no items, or examples failed; USAGE: the caller's mistake; SYSTEM: a
    failure here; INTERRUPTED: by the keyboard.
    """

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    SYSTEM = 3
    INTERRUPTED = 130
