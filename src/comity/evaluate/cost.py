"""What judging costs on this machine: time, memory, size, energy."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from comity.content import Item
from comity.errors import InputError
from comity.evaluate.result import Cost, Latency
from comity.evaluate.subject import Subject

LENGTHS = (16, 64, 256)
"""Words of the items that are asked alone: about a chat message, a post, a long comment."""
WATTS_OF_A_BUSY_CORE = 10.0
POWERCAP = Path("/sys/class/powercap")
_ALONE, _ALONE_REMOTE = 100, 30
_WARM_UP = 3
_SAMPLE = 256
_LEAST_SECONDS = 1.0
_FRESH_PROCESS = "from comity.evaluate.cost import judge_once; judge_once()"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Used:
    """`joules` is None where no counter can be read."""

    items: int
    cpu_seconds: float
    joules: float | None


def cost(
    subject: Subject, texts: Sequence[str], *, spec: str | None = None, powercap: Path = POWERCAP
) -> Cost:
    """Of a subject that is warm, under whatever else the machine has to do at the moment.

    Latency: an item alone, 100 times at each length, 30 times if the subject is remote; items are cut out of `texts`,
    one after the other. Throughput and energy: the first 256 of `texts` in one call, again until a second has passed.
    Energy is what RAPL counts for the whole package, idle draw and other work included; where it cannot be read, 10 W
    for each CPU second. Memory: the peak of a fresh process that opens `spec` and judges the same texts; None without
    `spec`. Of a remote subject only the latency is known.

    Raises InputError if `texts` have no words.
    """
    words = [word for text in texts for word in text.split()]
    if not words:
        raise InputError("there are no texts on which the cost could be measured")
    latencies = tuple(_latency(subject, words, length) for length in LENGTHS)
    if subject.remote:
        return Cost(latencies=latencies, energy_source="not here")
    sample = list(texts[:_SAMPLE])
    used = _use(subject, sample, powercap)
    joules, source = used.joules, "RAPL: the whole package, idle draw included"
    if joules is None:
        joules = used.cpu_seconds * WATTS_OF_A_BUSY_CORE
        source = f"estimate: {WATTS_OF_A_BUSY_CORE:g} W for a busy core"
    return Cost(
        latencies=latencies,
        per_cpu_second=used.items / used.cpu_seconds if used.cpu_seconds else None,
        megabytes=subject.megabytes(),
        memory_megabytes=None if spec is None else _peak_of_fresh_process(spec, sample),
        joules_per_1000=1000 * joules / used.items,
        energy_source=source,
    )


def judge_once() -> None:
    """What the fresh process does: reads [spec, texts] from stdin, judges them, prints its peak in megabytes."""
    from comity.evaluate.subjects import open_subject

    spec, texts = json.load(sys.stdin)
    open_subject(spec).answer([Item.text(text) for text in texts])
    sys.stdout.write(json.dumps(_peak_megabytes()))


def _latency(subject: Subject, words: Sequence[str], length: int) -> Latency:
    count = (_ALONE_REMOTE if subject.remote else _ALONE) + _WARM_UP
    stream = cycle(words)
    items = [Item.text(" ".join(islice(stream, length))) for _ in range(count)]
    took_ms = []
    for item in items:
        started = perf_counter()
        subject.answer([item])
        took_ms.append(1000 * (perf_counter() - started))
    p50, p95, p99 = np.percentile(took_ms[_WARM_UP:], [50, 95, 99])
    return Latency(words=length, p50_ms=round(p50, 3), p95_ms=round(p95, 3), p99_ms=round(p99, 3))


def _use(subject: Subject, texts: Sequence[str], powercap: Path) -> _Used:
    before, started = _counters(powercap), perf_counter()
    calls, cpu_seconds = 0, 0.0
    while not calls or perf_counter() - started < _LEAST_SECONDS:
        items = [Item.text(text) for text in texts]  # anew, for an item remembers what was found out about it
        cpu_started = process_time()
        subject.answer(items)
        cpu_seconds += process_time() - cpu_started
        calls += 1
    return _Used(calls * len(texts), cpu_seconds, _joules(before, _counters(powercap)))


def _counters(powercap: Path) -> list[tuple[int, int]]:
    """For each processor package its counter in microjoules, and the value at which that starts again.

    AMD processors stand under the same name. Empty where there is none, or it may not be read.
    """
    zones = (zone for zone in sorted(powercap.glob("intel-rapl:*")) if zone.name.count(":") == 1)
    try:
        return [
            (_number(zone / "energy_uj"), _number(zone / "max_energy_range_uj"))
            for zone in zones
            if (zone / "name").read_text().startswith("package")
        ]
    except (OSError, ValueError):
        return []


def _joules(before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]) -> float | None:
    """None where nothing was counted: some virtual machines show counters that stand still."""
    counted = [(end - start) % most for (start, most), (end, _) in zip(before, after, strict=False)]
    return sum(counted) / 1e6 or None


def _number(file: Path) -> int:
    return int(file.read_text())


def _peak_of_fresh_process(spec: str, texts: Sequence[str]) -> float | None:
    done = subprocess.run(
        [sys.executable, "-c", _FRESH_PROCESS],
        input=json.dumps([spec, texts]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log.warning("memory is not measured: a fresh process ended with exit code %d", done.returncode)
        return None
    peak: float | None = json.loads(done.stdout.rpartition("\n")[2])
    return peak


def _peak_megabytes() -> float | None:
    """The most memory that this process had; None where the system does not say."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not by getrusage here: on Linux a new process begins with the peak of the one that started it.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
