"""What an installation can set, read from the environment; the table is in `docs/server.md`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comity.errors import InputError

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
_SECRET_CHARS = 32
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Settings:
    """database: SQLAlchemy URL. policy: a name or a file. policies: a folder of policy files beside the packs. threads:
    batches that are decided at the same time, 1 to 256. model_threads: those that a model uses for one batch, 0 for as
    many as there are cores. batch_wait_ms: how long the first request of a batch waits for others. queue: items that
    may wait to be decided. deadline_seconds: how long a request may take. drain_seconds: how long running ones may
    take after SIGTERM. reload_policy: policies are read again when their files change. perspective_map: a site's own
    map to Perspective's scores. never_fail_on_language: `/perspective` reads any language as English rather than
    refuse it. calibration: a site's own calibration of a model. heads: a folder with a community's own heads.
    webhook_hosts: may be sent to over http, and at addresses that are not public. fetch_hosts: with their ports, those
    that parts of items may be fetched from; fetch_secret: signs these requests. judge_*: the language model that reads
    rules, `comity.detect.judge.JudgeOptions`.
    """

    database: str
    host: str = "127.0.0.1"
    port: int = 8000
    policy: str = "community"
    policies: Path | None = None
    threads: int = 2
    model_threads: int = 0
    batch_wait_ms: int = 2
    queue: int = 2_000
    deadline_seconds: int = 60
    require_key: bool = False
    drain_seconds: int = 30
    log_level: str = "info"
    log_format: str = "text"
    reload_policy: bool = False
    perspective_map: Path | None = None
    never_fail_on_language: bool = False
    calibration: Path | None = None
    heads: Path | None = None
    webhook_hosts: tuple[str, ...] | None = None
    fetch_hosts: tuple[str, ...] | None = None
    fetch_secret: str | None = field(default=None, repr=False)
    judge_url: str | None = None
    judge_model: str | None = None
    judge_key: str | None = field(default=None, repr=False)
    judge_dialect: str = "plain"
    judge_deadline_ms: int = 20_000
    judge_concurrency: int = 4
    judge_together: bool = False
    judge_price: tuple[float, float] | None = None
    judge_daily_cost: float | None = None
    judge_roles: Mapping[str, frozenset[str]] | None = None
    judge_thread: int = 10
    judge_redact: bool | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Every field `x` from COMITY_X, where that is set. Raises InputError that names the variable."""
        read: dict[str, Any] = {"database": _default_database(environment), "threads": os.cpu_count() or 1}
        for name, parse in _PARSERS.items():
            variable = f"COMITY_{name.upper()}"
            value = environment.get(variable)
            if value is None:
                continue
            try:
                read[name] = parse(value.strip())
            except ValueError as error:
                raise InputError(f"{variable} {error}", next_step="Unset it or correct it.") from None
        return cls(**read)


def _default_database(environment: Mapping[str, str]) -> str:
    home = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return f"sqlite:///{Path(home).expanduser() / 'comity' / 'comity.db'}"


def _url(value: str) -> str:
    if "://" not in value:
        raise ValueError("is not a database URL such as sqlite:////var/lib/comity/comity.db")
    return value


def _name(value: str) -> str:
    if not value:
        raise ValueError("is empty")
    return value


def _folder(value: str) -> Path:
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise ValueError("is not a folder")
    return folder


def _hosts(value: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().strip("[]").lower() for host in value.split(","))
    if any(not host or set(host) & set("/@ ") for host in hosts):
        raise ValueError("is not a list of host names with commas between")
    return hosts


def _places(value: str) -> tuple[str, ...]:
    places = tuple(place.strip().lower() for place in value.split(",") if place.strip())
    if not all(re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", place) for place in places):
        raise ValueError("is not a list of hosts such as forum.example, forum.example:8443 or [::1]:8000")
    return places


def _secret(value: str) -> str:
    if len(value) < _SECRET_CHARS:
        raise ValueError(f"has fewer than {_SECRET_CHARS} characters")
    return value


def _file(value: str) -> Path:
    file = Path(value).expanduser()
    if not file.is_file():
        raise ValueError("is not a file")
    return file


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdecimal() and len(value) < 10 and low <= int(value) <= high):
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(value)

    return parse


def _switch(value: str) -> bool:
    if value.lower() not in _TRUE + _FALSE:
        raise ValueError("is neither 1 nor 0")
    return value.lower() in _TRUE


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"is none of {', '.join(words)}")
        return value.lower()

    return parse


def _money(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value):
        raise ValueError("is not an amount of money such as 2.50")
    return float(value)


def _price(value: str) -> tuple[float, float]:
    read, _, written = value.partition(",")
    try:
        return _money(read.strip()), _money(written.strip())
    except ValueError:
        raise ValueError("is not the price of a million tokens in and out such as 0.15,0.60") from None


def _roles(value: str) -> Mapping[str, frozenset[str]]:
    """`post comment; clinic: ; garden: post` - for all communities, and for those that are named."""
    roles: dict[str, frozenset[str]] = {}
    for entry in value.split(";"):
        community, named, words = entry.rpartition(":")
        name = community.strip()
        if name in roles or (named and not name):
            raise ValueError("is not a list such as `post comment; clinic: profile`")
        roles[name] = frozenset(words.split())
    return roles


_PARSERS: dict[str, Callable[[str], Any]] = {
    "database": _url,
    "host": _name,
    "port": _whole(0, 65_535),
    "policy": _name,
    "policies": _folder,
    "threads": _whole(1, 256),
    "model_threads": _whole(0, 256),
    "batch_wait_ms": _whole(0, 1_000),
    "queue": _whole(1, 1_000_000),
    "deadline_seconds": _whole(1, 3_600),
    "require_key": _switch,
    "drain_seconds": _whole(0, 3_600),
    "log_level": _one_of(LOG_LEVELS),
    "log_format": _one_of(LOG_FORMATS),
    "reload_policy": _switch,
    "perspective_map": _file,
    "never_fail_on_language": _switch,
    "calibration": _file,
    "heads": _folder,
    "webhook_hosts": _hosts,
    "fetch_hosts": _places,
    "fetch_secret": _secret,
    "judge_url": _name,
    "judge_model": _name,
    "judge_key": _name,
    "judge_dialect": _name,
    "judge_deadline_ms": _whole(100, 600_000),
    "judge_concurrency": _whole(1, 1_000),
    "judge_together": _switch,
    "judge_price": _price,
    "judge_daily_cost": _money,
    "judge_roles": _roles,
    "judge_thread": _whole(0, 200),
    "judge_redact": _switch,
}
