"""The workers of one gateway speak with one voice: one health, one page of metrics, one reload.

Only the first worker has an admin listener, and a caller's /health reaches any of them; whoever is asked asks the
others, and says so of those that do not answer.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import msgspec

from gateway.departed import Departed, Told
from gateway.operations import Health
from gateway.sharing import State
from gateway.telemetry import Telemetry, page
from gateway.together import TELLING, Together

RELOADING = 30.0
OWN = -1
"""The number of the worker that is asked, among those it asks."""
_STATES = ("closed", "half-opened", "opened")
"""Of two workers' circuits the more careful one counts; what is not in here is more than `opened`."""


class Voice:
    """What the workers say together; `answer` is what they ask of this one."""

    def __init__(
        self,
        health: Callable[[], Health],
        reload: Callable[[str], Awaitable[Sequence[str]]],
        telemetry: Telemetry,
        workers: Together,
    ) -> None:
        self._health = health
        self._reload = reload
        self._telemetry = telemetry
        self.workers = workers
        self._born = secrets.token_hex(4)
        self._scraping = asyncio.Lock()
        self.departed = Departed()

    async def answer(self, what: str) -> bytes:
        match what:
            case "health":
                return msgspec.msgpack.encode(self._health())
            case "metrics":
                return msgspec.msgpack.encode(Told(self._born, self._telemetry.families()))
            case "reload":
                return msgspec.msgpack.encode(await self._reload(""))
            case _:
                name, _, about = what.partition(" ")
                return self.workers.own(name, about)

    async def health(self) -> Health:
        own = self._health()
        others = await self.workers.siblings.ask("health", TELLING)
        heard = {index: msgspec.msgpack.decode(said, type=Health) for index, said in others.items() if said is not None}
        silent = others.keys() - heard.keys()
        return msgspec.structs.replace(
            own,
            breakers=_worst([own.breakers, *(each.breakers for each in heard.values())]),
            shared_state=_shared([own, *heard.values()]),
            reload=own.reload or next((each.reload for each in heard.values() if each.reload), None),
            astray=[
                *(f"worker {index} does not answer" for index in sorted(silent)),
                *(
                    f"worker {index} serves another config"
                    for index, each in heard.items()
                    if each.digest != own.digest
                ),
            ],
        )

    async def metrics(self, accept: str = "") -> tuple[bytes, str]:
        """The page and its media type, which `accept` may choose; what workers that died have counted is in it."""
        async with self._scraping:  # what one heard before another must not be remembered after it
            told = await self._told()
            return await asyncio.to_thread(lambda: page(self.departed.together(told), accept))

    async def _told(self) -> Mapping[int, Told]:
        others = await self.workers.siblings.ask("metrics", TELLING)
        heard = {index: msgspec.msgpack.decode(said, type=Told) for index, said in others.items() if said is not None}
        heard[OWN] = Told(self._born, self._telemetry.families())
        return heard

    async def reload(self, address: str = "") -> list[str]:
        """This worker first: where it refuses, none of them changes. `address` is whose wish it is."""
        own = await self._reload(address)
        if own:
            return list(own)
        others = await self.workers.siblings.ask("reload", RELOADING)
        return [problem for index in sorted(others) for problem in _told(index, others[index])]


def _told(index: int, said: bytes | None) -> Iterable[str]:
    if said is None:
        return [f"worker {index} does not answer"]
    return [f"worker {index}: {problem}" for problem in msgspec.msgpack.decode(said, type=list[str])]


def _shared(workers: Sequence[Health]) -> State:
    """Lost where one of them has lost it, for it decides alone."""
    return "lost" if any(each.shared_state == "lost" for each in workers) else workers[0].shared_state


def _worst(states: Iterable[Mapping[str, str]]) -> dict[str, str]:
    worst: dict[str, str] = {}
    for each in states:
        for name, state in each.items():
            if name not in worst or _rank(state) > _rank(worst[name]):
                worst[name] = state
    return worst


def _rank(state: str) -> int:
    return _STATES.index(state) if state in _STATES else len(_STATES)
