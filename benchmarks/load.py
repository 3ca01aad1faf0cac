"""The load: wrk, over loopback, with exact percentiles."""

import re
import subprocess
from pathlib import Path

import msgspec

from benchmarks.machine import pinned, processor_seconds

REPORT = Path(__file__).parent / "report.lua"
_LINE = re.compile(r"^figures (.*)$", re.MULTILINE)


class Figures(msgspec.Struct, frozen=True):
    """One run of the load; times in milliseconds. `failed` counts broken connections and every status but 2xx and 3xx.

    `cost` are the microseconds that the server had of a processor for each request: what else runs on the machine
    takes part of its core, and shows in `rate` and the times, but hardly here.
    """

    rate: float
    p50: float
    p99: float
    failed: int
    cost: float = 0.0


def run(url: str, process_id: int, connections: int, seconds: float, core: int | None) -> Figures:
    before = processor_seconds(process_id)
    figures = _run(url, connections, seconds, core)
    spent = processor_seconds(process_id) - before
    return msgspec.structs.replace(figures, cost=spent * 1e6 / max(figures.rate * seconds, 1))


def _run(url: str, connections: int, seconds: float, core: int | None) -> Figures:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(REPORT), url]
    done = subprocess.run(pinned(command, core), capture_output=True, text=True, check=True, timeout=seconds + 60)
    found = _LINE.search(done.stdout)
    if found is None:
        raise RuntimeError(f"wrk has said nothing to read: {done.stdout}{done.stderr}")
    return msgspec.json.decode(found[1], type=Figures)
