"""The log of the server: a line for people, or a line of JSON for machines. Neither holds content."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from json import dumps
from typing import Any

from comity.settings import Settings

FIELDS = "fields"
"""The name of what a record carries for the JSON line, in place of its message."""


class JsonLines(logging.Formatter):
    """One JSON object for each record: `time` (UTC), `level`, `logger`, and its fields or its `message`."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        told |= getattr(record, FIELDS, None) or {"message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return dumps(told)


def configure(settings: Settings) -> None:
    """Sends the log of this process to stderr, from the level and in the format of `settings` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines()
        if settings.log_format == "json"
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
