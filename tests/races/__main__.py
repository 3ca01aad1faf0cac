"""`python -m tests.races`: the long form, with five hundred calls for each of the four processes; 1 if one is wrong."""

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests.postgres import Postgres, postgres_server
from tests.provider import oidc_provider
from tests.races.fleet import fleet
from tests.races.racing import CARELESS, Raced, raced
from tests.services import redis_server

CALLS = 1_000
"""To each of the two gateways."""


def race(postgres: Postgres, *, with_redis: bool, careless: bool = False) -> Raced:
    environ = CARELESS if careless else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        oidc_provider() as provider,
        redis_server() if with_redis else nullcontext() as redis,
        fleet(Path(folder), postgres, provider, redis=redis.url if redis else "", environ=environ) as gateways,
    ):
        return raced(gateways, ["ann"], CALLS)[0]


def is_whole(found: Raced) -> bool:
    once = (found.seen.refreshes, found.seen.reuses) == (1, 0)
    return once and found.status == "active" and found.statuses == {"200": 2 * CALLS}


def told(name: str, found: Raced) -> None:
    heard = ", ".join(f"{times} x {status}" for status, times in found.statuses.items())
    seen = f"{found.seen.refreshes} refreshes, {found.seen.reuses} reuses"
    print(f"{name}: {heard}; {seen}; the connection is {found.status}", flush=True)


def main() -> int:
    wrong = 0
    with postgres_server() as postgres:
        for name, with_redis in (("with redis", True), ("without", False)):
            found = race(postgres, with_redis=with_redis)
            told(name, found)
            wrong += not is_whole(found)
        blind = race(postgres, with_redis=False, careless=True)
        told("with claims switched off, where it has to go wrong", blind)
        wrong += is_whole(blind)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
