"""Circuits that are the same in every process: changes are told, probes are counted together, operators are obeyed.

Each process decides by what it saw itself; what it decided is told to the others, who do the same. What travels are
durations, never points of time, so no clock has to be right. Who cannot be reached is done without.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, MutableMapping
from contextlib import suppress
from typing import Any, Literal
from weakref import WeakValueDictionary

import msgspec
from purgatory.domain.model import CLOSED, OPENED

from gateway import Kit, NotShared
from gateway_policies.breaker_core import Core, Order

CHANNEL = "breaker"
CHANGES = frozenset({"breaker.opened", "breaker.closed"})
STUCK = 30.0
"""Seconds after which a probe that nobody heard of again has given its place back, at least."""
MOST = 1_000
"""Orders, and news of circuits that are not used here, that are remembered: beyond, the oldest is forgotten."""

Round = tuple[int, str]
"""Which opening of a circuit is meant: the larger one is the newer."""


class News(msgspec.Struct, frozen=True, array_like=True):
    """What became of a circuit: it opened for so many seconds, or closed; or what an operator ordered.

    `at` is when, in seconds since 1970; it only ever shortens `seconds` for who learns of it later.
    """

    kind: Literal["opened", "closed", "ordered"]
    name: str
    sender: str
    at: float = 0.0
    round: Round = (0, "")
    seconds: float = 0.0
    pause: float = 0.0
    state: Literal["open", "closed", "auto"] = "auto"
    reason: str = ""


class Company:
    """All processes of one gateway, as far as circuits are concerned.

    `circuits` are those that calls of this process have used, by name; `declared` has the name of each that there could
    be, as long as a plan holds it (a connection's begins with one of them and a slash).
    """

    def __init__(self, kit: Kit, circuits: MutableMapping[str, Core]) -> None:
        self._kit = kit
        self._shared = kit.shared
        self.circuits = circuits
        self.declared: WeakValueDictionary[str, Callable[..., object]] = WeakValueDictionary()
        self._me = secrets.token_hex(4)
        self._orders: dict[str, News] = {}
        self._news: dict[str, News] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._probes = 0
        self._deaf = kit.shared.listen(CHANNEL, self._heard)

    def stop(self) -> None:
        self._deaf()
        for task in self.tasks:
            task.cancel()

    @property
    def alone(self) -> bool:
        return self._shared.alone

    def welcome(self, core: Core) -> None:
        """A circuit is used for the first time here: what is known of it elsewhere holds here too."""
        for known in (self._orders.get(core.name), self._news.pop(core.name, None)):
            if known is not None:
                self._apply(self._left(known))
        if not self.alone:
            self._begin(self._catch_up(core.name))

    def changed(self, core: Core) -> None:
        """This process opened or closed the circuit by what it saw."""
        if core.state == OPENED:
            core.round = (core.round[0] + 1, self._me)
        if self.alone:
            return
        opened = core.state == OPENED
        news = News(
            "opened" if opened else "closed",
            core.name,
            self._me,
            self._kit.now(),
            core.round,
            seconds=core.retry_after(),
            pause=core.pause,
        )
        self._shared.tell(CHANNEL, msgspec.msgpack.encode(news))
        self._begin(self._keep(_state(core.name), news, news.seconds if opened else 0.0))

    async def order(self, name: str, state: Literal["open", "closed", "auto"], seconds: float, reason: str) -> None:
        """What an operator wants of a circuit, everywhere; `auto` takes an order back and closes the circuit."""
        news = News("ordered", name, self._me, self._kit.now(), seconds=seconds, state=state, reason=reason)
        self._obey(news)
        self._shared.tell(CHANNEL, msgspec.msgpack.encode(news))
        await self._keep(_order(name), news, 0.0 if state == "auto" else seconds)
        if state == "auto":
            await self._keep(_state(name), news, 0.0)

    async def claim(self, place: str, core: Core) -> str | None:
        """A place among the probes of an opening, by its owner's name; None where all are taken elsewhere."""
        self._probes += 1
        owner = f"{self._me}/{self._probes}"
        try:
            granted = await self._shared.claim(place, owner, max(core.recovery, STUCK), core.probes)
        except NotShared:
            return owner  # alone for now: this process counts its own
        return owner if granted else None

    async def give_back(self, place: str, owner: str) -> None:
        """A probe came to nothing: another may take its place."""
        with suppress(NotShared):  # it ends by itself
            await self._shared.release(place, owner)

    async def count(self, place: str, core: Core) -> int | None:
        """How many probes of this opening have succeeded everywhere; None where only this process knows."""
        try:
            return await self._shared.add(f"{place}/good", 1, max(core.recovery, STUCK))
        except NotShared:
            return None

    def _heard(self, message: bytes | None) -> None:
        if message is None:  # some may have been missed
            for name in list(self.circuits):
                self._begin(self._catch_up(name))
            return
        try:
            news = msgspec.msgpack.decode(message, type=News)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return  # another version of the gateway
        if news.sender != self._me:
            self._apply(news)

    def _apply(self, news: News) -> None:
        if news.kind == "ordered":
            self._obey(news)
            return
        core = self.circuits.get(news.name)
        if core is None:  # not used here so far
            _remember(self._news, news)
        elif news.kind == "opened" and _is_new(news, core):
            core.round = news.round
            core.pause = min(news.pause, core.recovery_max)
            core.open(min(news.seconds, core.recovery_max))
            core.changes.append((core.clock(), OPENED))
        elif news.kind == "closed" and core.state == CLOSED:
            core.round, core.ended = max(core.round, news.round), news.round
        elif news.kind == "closed" and news.round == core.round:
            core.close()
            core.changes.append((core.clock(), CLOSED))

    def _obey(self, news: News) -> None:
        core = self.circuits.get(news.name)
        if news.state == "auto":
            self._orders.pop(news.name, None)
            if core is not None:
                core.order(None)
                core.close()
            return
        _remember(self._orders, news)
        if core is not None:
            core.order(Order(news.state, core.clock() + news.seconds, news.reason))

    async def _catch_up(self, name: str) -> None:
        for place in (_state(name), _order(name)):
            try:
                kept = await self._shared.get(place)
                if kept is not None:
                    self._apply(self._left(msgspec.msgpack.decode(kept, type=News)))
            except (NotShared, msgspec.DecodeError, msgspec.ValidationError):
                return

    def _left(self, news: News) -> News:
        """The same with what is left of its time, which is never more than it had, whatever the clocks say."""
        gone = max(self._kit.now() - news.at, 0.0)
        return msgspec.structs.replace(news, seconds=max(news.seconds - gone, 0.0))

    async def _keep(self, place: str, news: News, seconds: float) -> None:
        try:
            if seconds > 0:
                await self._shared.put(place, msgspec.msgpack.encode(news), seconds)
            else:
                await self._shared.drop(place)
        except NotShared:
            return  # it was told as well, and who comes later sees for himself

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _is_new(news: News, core: Core) -> bool:
    """Whether it is another opening than those that are known here; of two at a time the larger one counts."""
    return news.round not in (core.round, core.ended) and (core.state != OPENED or news.round > core.round)


def _remember(known: dict[str, News], news: News) -> None:
    known.pop(news.name, None)
    known[news.name] = news
    if len(known) > MOST:
        del known[next(iter(known))]


def _state(name: str) -> str:
    return f"breaker/{name}/state"


def _order(name: str) -> str:
    return f"breaker/{name}/order"
