"""`python -m tests.kills`: workers are killed, one after the other, and what they had counted is still told."""

import asyncio
import tempfile
import time
from pathlib import Path

import click

from tests.end_to_end.test_metrics import through_kills


@click.command()
@click.option("--kills", default=200, show_default=True, type=click.IntRange(1))
def main(kills: int) -> None:
    """Ends with 1 where a number was lost or counted twice."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(through_kills(Path(folder), kills))
    right = told == [10 * number for number in range(1, kills + 1)]
    click.echo(f"{kills} workers killed in {time.monotonic() - began:.0f} s, {told[-1]:.0f} requests told: {right=}")
    raise SystemExit(0 if right else 1)


if __name__ == "__main__":
    main()
