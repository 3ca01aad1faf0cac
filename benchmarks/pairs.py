"""`python -m benchmarks.pairs`: one gateway beside another that differs in one thing, asked in turn; prints ratios.

What is compared are requests a second, but for the reload, which may cost time at the far end of the distribution.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import click
import msgspec

from benchmarks.load import Figures, run
from benchmarks.machine import Cores, resident
from benchmarks.servers import GATEWAY, HERE, UPSTREAM, Place, Server, free_port, serving

MANY = 1_000
_ENDPOINT = "      other_{0}:\n        route: GET /other/{0}/{{id}}\n        upstream: GET /items/{{id}}\n"
BOTH = Cores(None, None)
"""Where two processes are to have two cores; the load takes its share of them, from either alike."""


class Pair(msgspec.Struct, frozen=True):
    """`goal` is what the ratio of the first to the second should come to, `reads` what of the figures is compared."""

    name: str
    one: Server
    other: Server
    goal: str
    cores: Cores | None = None
    reads: Callable[[Figures], float] = lambda figures: figures.rate


def _served(name: str, *flags: str, endpoints: int = 2, module: str = "gateway", redis: bool = False) -> Server:
    def command(place: Place) -> list[str]:
        text = (HERE / "gateway.yaml").read_text() + "".join(_ENDPOINT.format(n) for n in range(endpoints - 2))
        if redis:
            text = text.replace("version: 1\n", f"version: 1\nserver: {{shared_state: 'unix://{REDIS}'}}\n")
        config = place.folder / "gateway.yaml"
        config.write_text(text)
        listen = ["--port", str(place.port), "--admin-bind", f"127.0.0.1:{free_port()}"]
        return [sys.executable, "-m", module, "serve", "-c", str(config), *listen, *flags]

    return msgspec.structs.replace(GATEWAY, name=name, command=command)


REDIS = Path(tempfile.gettempdir()) / f"benchmark-{os.getpid()}.sock"
ONE = _served("one worker")
PAIRS = (
    Pair("metrics and one trace in ten, beside neither", ONE,
         msgspec.structs.replace(_served("unmetered", module="benchmarks.unmetered"), environ=lambda place: {}),
         ">= 0.9"),
    Pair("two workers, beside one", _served("two workers", "--workers", "2"), ONE, ">= 1.7", BOTH),
    Pair(f"{MANY:,} endpoints, beside 10", _served("many", endpoints=MANY), _served("ten", endpoints=10), ">= 0.95"),
    Pair("state in redis, beside memory", _served("redis", redis=True), ONE, ">= 0.7"),
    Pair("p99 while it is reloaded, beside p99", _served("reloaded"), ONE, "<= 2", None, lambda figures: figures.p99),
)  # fmt: skip


@click.command()
@click.option("--quick", is_flag=True, help="One round of one second: shows that it runs.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=4.0, show_default=True, type=click.FloatRange(1), help="Of one run of the load.")
@click.option("--only", default="", help="Only the pair whose name begins so.")
def main(quick: bool, rounds: int, seconds: float, only: str) -> None:
    """What one thing more costs a gateway."""
    rounds, seconds = (1, 1.0) if quick else (rounds, seconds)
    for pair in PAIRS:
        if not pair.name.startswith(only):
            continue
        with ExitStack() as stack:
            if "redis" in pair.name:
                stack.enter_context(_redis())
            one, other, failed, memory = _measured(pair, rounds, seconds)
        ratio = median(a / b for a, b in zip(one, other, strict=True))
        figures = f"{median(one):,.2f} : {median(other):,.2f}"
        click.echo(f"| {pair.name:<44} | {ratio:5.2f} | {pair.goal:>7} | {figures:>22} | {failed} | {memory:.0f} |")


def _measured(pair: Pair, rounds: int, seconds: float) -> tuple[list[float], list[float], int, float]:
    """What was read of each in each round, how many requests failed, and the megabytes of the first at the end."""
    cores = pair.cores or Cores.available()
    found: dict[str, list[float]] = {pair.one.name: [], pair.other.name: []}
    failed = 0
    with serving(UPSTREAM, cores, "", HERE) as upstream:
        base = upstream.url.rpartition("/items")[0]
        with serving(pair.one, cores, base, HERE) as one, serving(pair.other, cores, base, HERE) as other:
            both = [(pair.one, one), (pair.other, other)]
            for number in range(-1, rounds):
                for server, started in both[:: -1 if number % 2 else 1]:
                    with _reloading(started.process.pid) if server.name == "reloaded" else ExitStack():
                        figures = run(started.url, started.process.pid, 32, seconds, cores.load)
                    failed += figures.failed
                    if number >= 0:  # the first round only warms
                        found[server.name].append(pair.reads(figures))
            memory = resident(one.process.pid)
    return found[pair.one.name], found[pair.other.name], failed, memory


@contextmanager
def _reloading(process_id: int) -> Iterator[None]:
    """A reload a second; the process that was started may be one that pins the gateway, which has the same id."""
    over = threading.Event()

    def order() -> None:
        while not over.wait(1.0):
            os.kill(process_id, signal.SIGHUP)

    thread = threading.Thread(target=order)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _redis() -> Iterator[None]:
    command = ["redis-server", "--port", "0", "--unixsocket", str(REDIS), "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield
        finally:
            server.terminate()
            REDIS.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
