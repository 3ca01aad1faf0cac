"""State that outlives a reload: breakers, limiters and caches of what did not change."""

import asyncio
import hashlib
import random
import secrets
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from gateway.contract import Catalog, Fetch, Kit, Metrics, TokenVault, Workers
from gateway.plan.nowhere import NoStore, NoVault, no_catalog, no_fetch
from gateway.shared import Shared
from gateway.sharing import Memory
from gateway.stored import Stored
from gateway.telemetry import Telemetry
from gateway.together import Together

T = TypeVar("T")

LINK_SECRET = "GATEWAY_LINK_SECRET"  # noqa: S105 - its name
"""The variable that gives several processes one secret; the supervisor sets it for its workers."""


class Keeper:
    """Kit.keep, once per process. A generation asks for what it needs; what the newest one did not ask for is dropped.

    Settings are part of a key, so a changed breaker is a new breaker, and an unchanged one keeps its count.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}
        self._asked: set[Hashable] = set()

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        self._asked.add(key)
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def begin(self) -> None:
        """A generation is about to be compiled."""
        self._asked = set()

    def commit(self) -> None:
        """The generation serves: forget what only its predecessors had."""
        self._kept = {key: value for key, value in self._kept.items() if key in self._asked}

    def abandon(self, before: set[Hashable]) -> None:
        """The generation was refused: forget what it alone asked for; `before` is what `keys` told at its beginning."""
        self._kept = {key: value for key, value in self._kept.items() if key in before}

    def close(self) -> None:
        """Ends what works in the background on behalf of kept state: whatever has a `stop` is stopped."""
        for value in self._kept.values():
            stop = getattr(value, "stop", None)
            if stop is not None:
                stop()

    def keys(self) -> set[Hashable]:
        return set(self._kept)

    def get(self, key: Hashable) -> Any:
        """What is kept under the key, or None; does not count as asking for it."""
        return self._kept.get(key)


def system_kit(
    keeper: Keeper,
    environ: Mapping[str, str],
    *,
    shared: Shared | None = None,
    stored: Stored | None = None,
    vault: TokenVault | None = None,
    fetch: Fetch = no_fetch,
    catalog: Callable[[], Catalog] = no_catalog,
    metrics: Metrics | None = None,
    workers: Workers | None = None,
) -> Kit:
    """The world as it is. Without GATEWAY_LINK_SECRET, the links that callers are given lead on until it ends."""
    given = environ.get(LINK_SECRET)
    return Kit(
        clock=time.monotonic,
        now=time.time,
        sleep=asyncio.sleep,
        random=random.random,
        keep=keeper,
        shared=shared or Memory(time.monotonic),
        stored=stored or NoStore(),
        vault=vault or NoVault(),
        fetch=fetch,
        catalog=catalog,
        metrics=metrics or Telemetry("", time.time),
        workers=workers or Together(),
        secret=hashlib.sha256(given.encode()).digest() if given else secrets.token_bytes(32),
    )
