"""Where policies are found by name: the packs in the package, then folders of the caller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PACKS = Path(__file__).parent / "packs"
_SUFFIXES = (".yaml", ".yml")


class Library:
    """The packs and the policies in `folders`.

    A policy named `our-forum` is in `our-forum.yaml` or `our_forum.yaml`. A pack comes before a
    file of the same name, so that a folder cannot replace what others build on.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = (PACKS, *folders)

    def find(self, name: str) -> Path | None:
        """The file of the policy `name`, or None."""
        return next((path for path in self._files() if _policy_name(path) == name), None)

    def names(self) -> tuple[str, ...]:
        """The names of all policies that can be found, packs first."""
        return tuple(dict.fromkeys(_policy_name(path) for path in self._files()))

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            if folder.is_dir():
                yield from (path for path in sorted(folder.iterdir()) if path.suffix in _SUFFIXES)


def _policy_name(path: Path) -> str:
    return path.stem.replace("_", "-")
