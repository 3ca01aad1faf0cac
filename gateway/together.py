"""The workers of one gateway and the way between them: what each can tell is asked of all."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

TELLING = 1.0
"""Seconds for what a worker knows already."""


class Siblings(Protocol):
    """The other workers, by number; None from one that does not answer in time."""

    async def ask(self, what: str, patience: float) -> Mapping[int, bytes | None]: ...


class Nobody:
    """The siblings of a worker that is alone."""

    async def ask(self, what: str, patience: float) -> Mapping[int, bytes | None]:
        return {}


class Together:
    """The Workers of a Kit: what each of them offers to tell, and the way to the others in `siblings`."""

    def __init__(self) -> None:
        self.siblings: Siblings = Nobody()
        self._tell: dict[str, Callable[[str], bytes]] = {}

    def offer(self, what: str, tell: Callable[[str], bytes]) -> None:
        self._tell[what] = tell

    def own(self, what: str, about: str = "") -> bytes:
        return self._tell[what](about)

    async def gather(self, what: str, about: str = "") -> Sequence[bytes]:
        others = await self.siblings.ask(f"{what} {about}", TELLING)
        return [self.own(what, about), *(said for said in others.values() if said is not None)]
