"""The command line: one file a command."""

from __future__ import annotations


def main() -> None:
    """The entry point of the `comity` command."""
    from comity.cli.app import run

    run()
