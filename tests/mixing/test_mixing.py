"""No answer reaches the wrong caller: the quick form. `python -m tests.mixing` asks a million times."""

import asyncio

from tests.kit import run
from tests.mixing.crowd import LEAVING, Crowd
from tests.mixing.runs import over_memory, over_redis

MEMORY, REDIS = 12_000, 8_000


def clean(crowd: Crowd, requests: int) -> None:
    """Nothing is wrong, and it was no walk-over."""
    assert crowd.wrong == []
    assert crowd.under_way == 0
    assert crowd.tally.total() > 0.9 * requests
    assert crowd.tally["left"] > LEAVING / 4 * requests
    assert crowd.tally["hit"] > requests / 20
    assert crowd.tally["fetched"] > requests / 20
    assert crowd.tally["failed"] > 0


def test_with_a_memory_in_common() -> None:
    clean(run(over_memory(MEMORY, seed=1)), MEMORY)


def test_with_a_redis_in_common_that_is_killed_frozen_emptied_and_mixed_up() -> None:
    clean(asyncio.run(over_redis(REDIS, seed=2)), REDIS)
