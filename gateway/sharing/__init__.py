"""Where shared state is: in this process, with the supervisor of this machine's workers, or in redis."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from gateway.shared import Shared
from gateway.sharing.address import Address, read_address
from gateway.sharing.host import Host
from gateway.sharing.hub import HUB, Hub
from gateway.sharing.link import State
from gateway.sharing.memory import Memory
from gateway.sharing.redis import Ask, Redis

__all__ = [
    "HUB",
    "MEMORY",
    "Address",
    "Ask",
    "Host",
    "Hub",
    "Memory",
    "Redis",
    "Sharing",
    "State",
    "read_address",
    "sharing",
]

MEMORY = "memory"


class Sharing(Shared, Protocol):
    """Shared state and its life in this process."""

    @property
    def state(self) -> State: ...

    def start(self) -> None:
        """In the event loop that will use it; whoever uses it first does the same."""
        ...

    async def close(self) -> None: ...


def sharing(shared_state: str, environ: Mapping[str, str], around: Callable[[Ask], Ask] | None = None) -> Sharing:
    """What `server.shared_state` says; what `memory` means, a supervisor tells its workers by the environment. Every
    question to redis is asked through `around`, if there is one.
    """
    if shared_state != MEMORY:
        return Redis(read_address(shared_state), around=around)
    return Hub(environ[HUB]) if environ.get(HUB) else Memory(time.monotonic)
