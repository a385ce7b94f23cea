"""`kill -9`, at instants that chance chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from threading import Thread
from time import sleep

from bench.soak.databases import SoakDatabase
from bench.soak.server import Server

_TWICE = 0.2
"""The share of kills after which the server is killed once more while it starts."""


class Killer(Thread):
    """Kills `kills` times, spread by chance over the run, of which `progress` tells the share that is done."""

    def __init__(
        self,
        server: Server,
        database: SoakDatabase,
        random: Random,
        kills: int,
        progress: Callable[[], float],
    ) -> None:
        super().__init__(name="killer", daemon=True)
        self.killed: Counter[str] = Counter()
        self.error: BaseException | None = None
        self._server, self._database, self._random = server, database, random
        self._progress = progress
        self._instants = sorted(random.uniform(0.02, 0.98) for _ in range(kills))

    def run(self) -> None:
        try:
            for instant in self._instants:
                while self._progress() < instant:
                    sleep(0.005)
                sleep(self._random.uniform(0, 0.3))
                self._kill()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self.error = error

    def _kill(self) -> None:
        if self._random.random() < 0.5:
            what = self._database.crash(self._random)
            if what is not None:
                self.killed[what] += 1
                return
        self._server.kill()
        self.killed["the server"] += 1
        self._server.start()
        if self._random.random() < _TWICE:
            sleep(self._random.uniform(0, 3))
            self._server.kill()
            self.killed["the server while it started"] += 1
            self._server.start()
        self._server.wait_until_ready()
