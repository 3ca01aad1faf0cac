"""`python -m benchmarks`: starts an upstream, the gateway and its rivals, asks them in turn, prints a table."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from benchmarks.load import Figures, run
from benchmarks.machine import Cores, described, resident
from benchmarks.results import Results, Row, ratios, table
from benchmarks.servers import (
    CACHED,
    COMPARED,
    GATEWAY,
    HANDWRITTEN,
    TRAEFIK,
    UPSTREAM,
    Server,
    Started,
    serving,
)

WARMING = 1.0
"""Seconds of load that are not counted, so that connections stand and nothing is done for the first time."""


class Plan(msgspec.Struct, frozen=True):
    """How long and how often each server is asked."""

    rounds: int
    seconds: float
    connections: int
    rivals: Path
    cores: Cores
    warm: bool


@click.command()
@click.option("--quick", is_flag=True, help="One second each, one round, nothing warm: shows that it runs.")
@click.option("--json", "as_json", is_flag=True, help="Everything that was measured, as JSON.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(1), help="Of one run of the load.")
@click.option("--connections", default=32, show_default=True, type=click.IntRange(1))
@click.option("--rivals", default=Path(".venv-bench"), type=click.Path(path_type=Path), show_default=True,
              help="The environment with requirements/bench.txt.")  # fmt: skip
@click.option("--only", multiple=True, help="Names of servers; the upstream and the gateway are always there.")
def main(
    quick: bool, as_json: bool, rounds: int, seconds: float, connections: int, rivals: Path, only: tuple[str, ...]
) -> None:
    """How fast the gateway is, with every policy on, beside others on the same core."""
    plan = Plan(
        1 if quick else rounds, 1.0 if quick else seconds, connections, rivals.absolute(), Cores.available(), not quick
    )
    wanted = [server for server in COMPARED if not only or server.name in only]
    results = _measured(plan, wanted)
    click.echo(msgspec.json.format(msgspec.json.encode(results)).decode() if as_json else table(results))


def _measured(plan: Plan, wanted: list[Server]) -> Results:
    there = [server for server in wanted if server.found(plan.rivals)]
    with ExitStack() as stack:
        upstream = stack.enter_context(serving(UPSTREAM, plan.cores, "", plan.rivals))
        base = upstream.url.rpartition("/items")[0]
        started = {UPSTREAM.name: upstream}
        ours = [server for server in (GATEWAY, CACHED) if server.found(plan.rivals)]
        for server in (*ours, *there):
            started[server.name] = stack.enter_context(serving(server, plan.cores, base, plan.rivals))
        rows = _rounds(plan, started)
    return Results(
        machine=described(plan.cores),
        versions={server.name: server.release(plan.rivals) for server in (UPSTREAM, *there)},
        connections=plan.connections,
        seconds=plan.seconds,
        rounds=plan.rounds,
        missing=[server.name for server in wanted if server not in there],
        rows=rows,
        ratios=ratios(rows, (HANDWRITTEN.name, TRAEFIK.name)),
    )


def _rounds(plan: Plan, started: dict[str, Started]) -> list[Row]:
    """In turn, every second round in the opposite order: what slows the machine down slows all of them down."""
    loaded: dict[str, list[Figures]] = {name: [] for name in started}
    alone: dict[str, list[Figures]] = {name: [] for name in started}
    for number in range(plan.rounds):
        for name in list(started)[:: -1 if number % 2 else 1]:
            url, process = started[name].url, started[name].process.pid
            if number == 0 and plan.warm:
                run(url, process, plan.connections, WARMING, plan.cores.load)
            loaded[name].append(run(url, process, plan.connections, plan.seconds, plan.cores.load))
            alone[name].append(run(url, process, 1, max(1.0, plan.seconds / 4), plan.cores.load))
        print(f"round {number + 1} of {plan.rounds}", file=sys.stderr, flush=True)
    return [
        Row(name=name, loaded=loaded[name], alone=alone[name], memory=resident(server.process.pid))
        for name, server in started.items()
    ]


if __name__ == "__main__":
    main()
