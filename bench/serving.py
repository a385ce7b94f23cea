"""How many requests a server answers, and how fast: a real process on this machine, asked over HTTP.

    python -m bench.serving [--data FOLDER] [--connections 1 8 64 256] [--seconds 10] [--json]

Every request is `POST /v1/moderate` with one real post. The yardstick is `moderate_many` over the same posts on one
core, in a process that does nothing else. The client shares the machine with the server, so on few cores both are
slower than alone. Settings of the server are taken from the environment: COMITY_THREADS, COMITY_BATCH_WAIT_MS, ...
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from time import perf_counter, sleep

import httpx

from bench.throughput import posts

YARDSTICK = """
import json, os, sys, time
os.environ["COMITY_MODEL_THREADS"] = "1"
from comity import Moderator
texts = json.load(sys.stdin)
moderator = Moderator("community")
list(moderator.moderate_many(texts[:64]))
started, cpu = time.perf_counter(), time.process_time()
list(moderator.moderate_many(texts))
print(json.dumps([len(texts) / (time.perf_counter() - started), len(texts) / (time.process_time() - cpu)]))
"""


def yardstick(texts: list[str]) -> tuple[float, float]:
    """Posts per second and per CPU-second of `moderate_many` on one core."""
    told = subprocess.run(
        [sys.executable, "-c", YARDSTICK], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    by_clock, by_cpu = json.loads(told.stdout)
    return by_clock, by_cpu


@contextmanager
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of `comity serve`, when it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"COMITY_LOG_LEVEL": "warning", **os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "comity", "serve", "--port", str(port)], env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        process.wait()


async def load(
    address: str, bodies: Iterator[bytes], connections: int, seconds: float, *, path: str = "/v1/moderate"
) -> dict[str, object]:
    """`connections` clients that each send one of `bodies` after another for `seconds`."""
    host, port = address.removeprefix("http://").split(":")
    waits: list[float] = []
    statuses: Counter[str] = Counter()
    end = perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while perf_counter() < end:
            body = next(bodies)
            started = perf_counter()
            # By hand, because any client library would take more of this machine than the server does.
            head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            waits.append(perf_counter() - started)
            statuses[answer[9:12].decode()] += 1
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    took = perf_counter() - started
    waits.sort()
    percentiles = {
        f"p{p}_ms": round(waits[min(len(waits) - 1, len(waits) * p // 100)] * 1000, 1) for p in (50, 95, 99)
    }
    return {
        "connections": connections,
        "per_s": round(len(waits) / took, 1),
        **percentiles,
        "errors": len(waits) - statuses["200"] - statuses["201"],
        "statuses": dict(statuses),
    }


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("COMITY_DATA"), required="COMITY_DATA" not in os.environ
    )
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64, 256])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    texts = posts(Path(options.data), options.posts)
    # As they come, not sorted by length: that is how a server gets them.
    random.Random(1).shuffle(texts)
    by_clock, by_cpu = yardstick(texts)
    print(
        f"moderate_many, one core: {by_clock:.0f} posts/s, {by_cpu:.0f} per CPU-second; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        file=sys.stderr,
    )
    bodies = cycle([json.dumps({"text": text}).encode() for text in texts])
    with server() as (address, process):
        asyncio.run(load(address, bodies, 8, 2))
        for connections in options.connections:
            before = cpu_seconds(process)
            row = asyncio.run(load(address, bodies, connections, options.seconds))
            answered = float(str(row["per_s"])) * options.seconds
            row["per_cpu_s"] = round(answered / (cpu_seconds(process) - before), 1)
            print(json.dumps(row) if options.json else "  ".join(f"{k} {v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
