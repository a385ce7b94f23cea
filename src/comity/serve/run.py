"""Runs the server until it is told to stop, and then finishes what it has begun."""

from __future__ import annotations

import logging
from ipaddress import ip_address
from time import monotonic
from types import FrameType

import uvicorn

from comity.serve.app import create_app
from comity.serve.drain import Drain
from comity.serve.logs import configure
from comity.settings import Settings

logger = logging.getLogger(__name__)

_CLOSING_SECONDS = 2


def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then drains: running requests get `drain_seconds` to finish, new ones get a
    503, and `/readyz` says so. A second signal stops at once. Raises PolicyError, NotFound, StoreError.
    """
    configure(settings)
    if not settings.require_key and not _is_loopback(settings.host):
        logger.warning(
            "listening on %s without keys: whoever reaches this port can use it. Issue keys with `comity keys create` "
            "and set COMITY_REQUIRE_KEY=1, or let a proxy decide who may pass.",
            settings.host,
        )
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        # Its lines would hold the query, and with it the texts of shared links; `serve.envelope` logs instead.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )
    _Server(config, app.state.service.drain, settings.drain_seconds).run()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, drain: Drain, drain_seconds: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._drain_seconds = drain_seconds
        self._deadline = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._drain.draining:
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._deadline = monotonic() + self._drain_seconds
        self._drain.draining = True

    async def on_tick(self, counter: int) -> bool:
        if self._drain.draining and (self._drain.running == 0 or monotonic() > self._deadline):
            self.should_exit = True
        return await super().on_tick(counter)
