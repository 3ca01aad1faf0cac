"""A race: all workers have a user's token in memory, it ends, and then all of them are asked at once."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.provider import Seen
from tests.races.fleet import Fleet

CARELESS = {"PYTHONPATH": str(Path(__file__).with_name("careless"))}
"""The environment of gateways where each process takes every claim for its own."""
SECONDS = 3


class Raced(msgspec.Struct, frozen=True):
    """What callers heard, what the provider saw, and whether the connection works after it."""

    statuses: Counter[str]
    seen: Seen
    status: str


def raced(gateways: Fleet, users: list[str], calls: int, between: Callable[[], object] = lambda: None) -> list[Raced]:
    """For each user in turn, when his token has ended: so many calls to each gateway, and a provider that takes time.

    `between` happens after the first.
    """
    provider, races = gateways.provider, []
    ends = [gateways.seed(user, SECONDS) for user in users]
    for user in users:
        assert set(gateways.ask(user, 10)) == {"200"}
    assert provider.seen().refreshes == 0, "the machine is too slow for such a token"
    provider.upset(delay=0.3)
    time.sleep(max(0.0, max(ends) - time.time()))
    for user in users:
        provider.forget()
        statuses = gateways.ask(user, calls)
        races.append(Raced(statuses, provider.seen(), gateways.found(user).status))
        between()
    provider.upset()
    return races
