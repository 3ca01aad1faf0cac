"""`python -m benchmarks.overload`: what is left of the gateway's speed when five times as much is asked of it."""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import click
import msgspec
import uvloop

from benchmarks.load import run
from benchmarks.machine import Cores
from benchmarks.open_loop import Told, offer
from benchmarks.servers import HERE, ITEM, UPSTREAM, Place, Server, Started, free_port, serving

CALM = 64
"""Connections at which the gateway has as much to do as it can, and nothing waits."""
AFTERWARDS = 2.0
"""Seconds after which everything has to be normal again."""
LOADS = (0.5, 1.5, 5.0)


class Row(msgspec.Struct, frozen=True):
    """One load; times in milliseconds, rates in requests a second, `goodput` as a share of the capacity."""

    load: float
    offered: float
    goodput: float
    served_p50: float
    served_p99: float
    refused: int
    refused_p99: float
    without_retry_after: int
    reset: int
    unanswered: int


def _gateway(place: Place) -> list[str]:
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(HERE / "overload.yaml"), "--port", str(place.port)]
    return [*command, "--admin-bind", f"127.0.0.1:{free_port()}", "--grace", "0"]


GATEWAY = Server(name="gateway", program=sys.executable, command=_gateway, path=f"/api/v1/bench{ITEM}")


@click.command()
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(1), help="Of each load.")
def main(seconds: float) -> None:
    """Offers the gateway half, one and a half and five times what it can serve, by callers who do not wait."""
    cores = Cores.available()
    with tempfile.TemporaryDirectory() as rivals, serving(UPSTREAM, cores, "", Path(rivals)) as upstream:
        base = upstream.url.rpartition("/items")[0]
        with serving(GATEWAY, cores, base, Path(rivals)) as gateway:
            capacity = _capacity(gateway, seconds, cores)
            click.echo(f"capacity: {capacity:,.0f} requests a second")
            for load in LOADS:
                click.echo(_line(_measured(gateway, load, capacity, seconds)))
            again = uvloop.run(_afterwards(gateway, capacity))
            click.echo(f"{AFTERWARDS:g} s later: {len(again.served)} of {again.asked} served")


def _capacity(gateway: Started, seconds: float, cores: Cores) -> float:
    return run(gateway.url, gateway.process.pid, CALM, seconds, cores.load).rate


def _measured(gateway: Started, load: float, capacity: float, seconds: float) -> Row:
    told = uvloop.run(offer(gateway.url, load * capacity, seconds))
    return Row(
        load=load,
        offered=told.asked / seconds,
        goodput=len(told.served) / seconds / capacity,
        served_p50=_percentile(told.served, 50),
        served_p99=_percentile(told.served, 99),
        refused=len(told.refused),
        refused_p99=_percentile(told.refused, 99),
        without_retry_after=told.without_retry_after,
        reset=told.reset,
        unanswered=told.unanswered,
    )


async def _afterwards(gateway: Started, capacity: float) -> Told:
    await asyncio.sleep(AFTERWARDS)
    return await offer(gateway.url, capacity / 2, 1.0)


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] * 1000 if len(times) > 1 else 0.0


def _line(row: Row) -> str:
    return "  ".join(f"{name} {value:,.4g}" for name, value in msgspec.structs.asdict(row).items())


if __name__ == "__main__":
    main()
