"""A token ends while every process is asked for it: one of them renews it, once, and no caller hears of that."""

from pathlib import Path

from tests.postgres import postgres_server
from tests.provider import oidc_provider
from tests.races.fleet import fleet
from tests.races.racing import raced
from tests.services import redis_server

CALLS = 200
"""To each of two gateways, and so a hundred for each of the four processes."""


def test_of_four_processes_one_renews_once_whether_they_hear_of_each_other_or_not(tmp_path: Path) -> None:
    with (
        postgres_server() as postgres,
        oidc_provider() as provider,
        redis_server() as redis,
        fleet(tmp_path, postgres, provider, redis=redis.url) as gateways,
    ):
        races = raced(gateways, ["ann", "bob"], CALLS, redis.kill)

    assert [race.statuses for race in races] == [{"200": 2 * CALLS}] * 2
    assert [(race.seen.refreshes, race.seen.reuses) for race in races] == [(1, 0)] * 2
    assert [race.status for race in races] == ["active"] * 2
