"""`python -m benchmarks.soak`: asks a gateway a million times while everything goes wrong, and tells what is left."""

import asyncio
import contextlib
import sys
from collections import Counter
from pathlib import Path
from random import Random

import click
import msgspec
import uvloop

from benchmarks.soak.callers import Tally, crowd
from benchmarks.soak.operating import Operator, asked
from benchmarks.soak.processes import Soaked, soaked
from benchmarks.soak.report import Report, told
from benchmarks.soak.watching import Watch, trends

UNFORESEEN = ("Traceback", "never retrieved", "was destroyed")


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, type=click.IntRange(100))
@click.option("--connections", default=64, show_default=True, type=click.IntRange(1))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1))
@click.option("--callers", default=4, show_default=True, type=click.IntRange(1), help="Keys that are made for them.")
@click.option("--pause", default=2.0, show_default=True, type=click.FloatRange(0.05), help="Of the operator, seconds.")
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--slack", default=1.0, show_default=True, type=click.FloatRange(1), help="Times what may grow: a short "
              "soak is over before everything is filled that is filled once.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Everything that was seen, as JSON.")
def main(
    requests: int, connections: int, workers: int, callers: int, pause: float, seed: int, slack: float, as_json: bool
) -> None:
    """Whether the gateway is the same after a million requests, with a vendor, callers and people as they are."""
    with soaked(workers, callers) as world:
        tally, chance = Tally(requests), Random(seed)
        operator = Operator(world, chance, pause)
        report = uvloop.run(_soak(world, tally, operator, connections, chance, slack))
    click.echo(msgspec.json.encode(report).decode() if as_json else told(report))
    click.echo(report.verdict, err=True)
    sys.exit(0 if report.good else 1)


async def _soak(
    world: Soaked, tally: Tally, operator: Operator, connections: int, chance: Random, slack: float
) -> Report:
    watch = Watch(world, tally)
    await watch.look()
    beside = [asyncio.create_task(watch.watch()), asyncio.create_task(operator.work())]
    asking = asyncio.create_task(crowd(world.port, connections, world.keys, tally, chance))
    await asyncio.wait([asking, *beside], return_when=asyncio.FIRST_COMPLETED)
    for task in beside:
        if not task.done():
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await asking
    samples = [*watch.samples[1:], await watch.look()]
    return Report(
        samples=samples,
        before=watch.samples[0],
        after=await watch.rest(),
        trends=trends(samples, slack),
        outcomes=tally.outcomes,
        vendor=msgspec.json.decode((await asked(world.vendor, "GET", "/told")).body, type=dict[str, int]),
        operator=operator.done | _reloads(world.log),
        wrongs=tally.wrongs,
        wrong=tally.wrong,
        unforeseen=_unforeseen(world.log),
    )


def _reloads(log: Path) -> Counter[str]:
    """What the gateway says that came of them."""
    text = log.read_text(errors="replace")
    return Counter({f"{what} (as it says)": text.count(what) for what in ("config reloaded", "config not reloaded")})


def _unforeseen(log: Path) -> list[str]:
    """What the gateway said that it should never have to."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if any(word in line for word in UNFORESEEN)]


if __name__ == "__main__":
    main()
