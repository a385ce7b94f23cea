"""Nothing that was accepted is lost and nothing is done twice, however often the server and its database are killed.

    python -m bench.soak [--items 100000] [--kills 30] [--database sqlite postgresql] [--seed N] [--folder FOLDER]
                         [--json]

On each database a real server takes items, edits, deletions, reports, rulings and appeals over HTTP from clients that
try again, and tells a receiver that fails at random. Meanwhile it is killed with `kill -9`, and so is PostgreSQL, at
instants that chance chooses. In the end everything that was acknowledged is compared with what is kept and with what
the receiver did. The same seed makes the same choices, though not the same timing. A run with a difference ends with 1
and keeps its folder. Then a full disk and a read-only file system, once each, where this user may mount one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from random import SystemRandom
from tempfile import mkdtemp

from bench.soak.databases import Postgres, Sqlite
from bench.soak.run import Outcome, Size, soak
from bench.soak.scarce import CASES, NEEDS_MOUNT, can_mount

DATABASES = {"sqlite": Sqlite, "postgresql": lambda _: Postgres()}


def run_one(name: str, size: Size, seed: int, folder: Path) -> Outcome:
    """A whole run in a folder of its own, which is removed if all was well."""
    folder.mkdir(parents=True)
    database = DATABASES[name](folder)
    kept = [folder, *([database.folder] if isinstance(database, Postgres) else [])]
    try:
        outcome = soak(folder, database, size, seed, lambda line: print(line, file=sys.stderr, flush=True))
    except BaseException:
        print(f"seed {seed}; kept: {', '.join(map(str, kept))}", file=sys.stderr)
        raise
    finally:
        database.close()
    if outcome.differences:
        print(f"seed {seed}; kept: {', '.join(map(str, kept))}", file=sys.stderr)
    else:
        for path in kept:
            shutil.rmtree(path)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000, help="on each database")
    parser.add_argument("--kills", type=int, default=30, help="on each database")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--database", nargs="+", choices=list(DATABASES), default=list(DATABASES))
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--folder", type=Path, help="of a temporary one if absent")
    parser.add_argument("--drain-seconds", type=float, default=3600)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    folder = (options.folder or Path(mkdtemp(prefix="comity-soak-"))).resolve()
    size = Size(options.items, options.kills, options.writers, drain_seconds=options.drain_seconds)
    wrong = 0
    for name in options.database:
        outcome = run_one(name, size, options.seed, folder / name)
        wrong += len(outcome.differences)
        print(json.dumps(asdict(outcome)) if options.json else _table(outcome), flush=True)
    for name, case in CASES.items():
        if name.partition(",")[0] not in options.database:
            continue
        if case in NEEDS_MOUNT and not can_mount():
            print(f"{name}: left out, because this user may not mount a file system", file=sys.stderr)
            continue
        found = case(Path(mkdtemp(prefix="scarce-", dir=folder)))
        wrong += len(found)
        print(
            json.dumps({"case": name, "differences": found}) if options.json else f"{name}: {found or 'well'}"
        )
    sys.exit(1 if wrong else 0)


def _table(outcome: Outcome) -> str:
    rows = {
        "items": outcome.counts.get("items", 0),
        "killed": outcome.killed,
        "starts of the server": outcome.starts,
        **outcome.counts,
        "events at the receiver": outcome.events,
        "deliveries": outcome.deliveries,
        "seconds": outcome.seconds,
        "differences": len(outcome.differences),
    }
    lines = [
        f"{outcome.database}, seed {outcome.seed}",
        *(f"  {name:28} {value}" for name, value in rows.items()),
    ]
    return "\n".join(lines + [f"  ! {difference}" for difference in outcome.differences[:50]])


if __name__ == "__main__":
    main()
