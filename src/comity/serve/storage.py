"""The database of a server, opened when a door first needs it: one that only decides makes no file."""

from __future__ import annotations

from threading import Lock

from comity.store import Database, is_there


class Storage:
    """Safe to share between threads; `close` it in the end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None
        self._lock = Lock()

    def open(self) -> Database:
        """The database, the same one every time. Raises StoreError, MissingExtra."""
        with self._lock:
            if self._database is None:
                self._database = Database(self._url)
            return self._database

    def if_there(self) -> Database | None:
        """The database, or None where there is none yet that could hold anything."""
        return self.open() if self._database or is_there(self._url) else None

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None
