"""Kills by the hundred: `python -m tests.custody [kills] [seed]`; ends with 1 if anything acknowledged was lost."""

import sys
import tempfile
import time

from tests.custody.killing import Found, Ledger, blows
from tests.postgres import postgres_server


def told(name: str, outcome: tuple[Ledger, list[Found]], seconds: float) -> int:
    ledger, found = outcome
    missing, damaged = (sum(len(getattr(one, what)) for one in found) for what in ("missing", "damaged"))
    print(f"{name}: {len(found)} kills in {seconds:.0f} s, {ledger.lines:,} acknowledged writes; ", end="")
    print(f"missing {missing}, not whole {damaged}")
    return missing + damaged


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10_000
    print(f"seed {seed}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        wrong = told("sqlite", blows(f"sqlite:///{folder}/gateway.db", kills // 2, seed), time.monotonic() - began)
    began = time.monotonic()
    with postgres_server(durable=True) as postgres:
        outcome = blows(postgres.url, kills - kills // 2, seed, database=postgres)
        wrong += told("postgresql", outcome, time.monotonic() - began)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
