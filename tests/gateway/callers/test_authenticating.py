"""Who is let in, for how long he is believed, and who is not even looked up."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from gateway.callers import Callers, Presented
from gateway.callers.attempts import ALLOWED
from gateway.callers.authenticating import PATIENCE
from gateway.callers.keys import Made, make
from gateway.contract import Caller
from gateway.errors import ScopeMissing, StoreUnavailable, Unauthenticated
from gateway.stored import Key
from tests.kit import clock, run


class Table:
    """Keys in a dict, with a count of how often it was asked; `down` is a database that refuses, after `silent`."""

    def __init__(self, *made: Made) -> None:
        self.rows = {one.key.id: one.key for one in made}
        self.asked = self.answered = 0
        self.down = False
        self.silent = 0.0
        self.times: dict[str, float] = {}

    async def find(self, which: str) -> Key | None:
        self.asked += 1
        await asyncio.sleep(self.silent)
        self.answered += 1
        if self.down:
            raise StoreUnavailable
        return self.rows.get(which)

    async def used(self, times: Mapping[str, float]) -> None:
        if self.down:
            raise StoreUnavailable
        self.times |= times

    async def add(self, key: Key) -> None:
        self.rows[key.id] = key

    async def every(self) -> Sequence[Key]:
        return list(self.rows.values())

    async def change(self, which: str, **fields: Any) -> bool:
        self.rows[which] = msgspec.structs.replace(self.rows[which], **fields)
        return True


APP = make("app", ("crm.*", "act-as"), now=0.0)


class Scene:
    def __init__(self) -> None:
        self.table = Table(APP)
        self.callers = Callers(self.table, clock, clock)

    async def ask(
        self, secret: str = APP.secret, endpoint: str = "crm.list_contacts", user: str | None = None
    ) -> Caller:
        return await self.callers.identify(Presented(secret, user), "192.0.2.1", endpoint)


async def later(seconds: float) -> None:
    await asyncio.sleep(seconds)


def test_a_key_is_looked_up_once_in_five_seconds() -> None:
    async def main() -> None:
        scene = Scene()
        assert await scene.ask() == Caller(APP.key.id, "192.0.2.1", may=frozenset({"act-as"}))
        for _ in range(100):
            await scene.ask()
        assert scene.table.asked == 1
        await later(5)
        await scene.ask()
        assert scene.table.asked == 2

    run(main())


def test_a_revoked_key_stops_within_five_seconds_or_at_once_when_told() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask()
        await scene.table.change(APP.key.id, revoked_at=clock())
        await scene.ask()
        await later(5)
        with pytest.raises(Unauthenticated, match="revoked"):
            await scene.ask()

        await scene.table.change(APP.key.id, revoked_at=None)
        scene.callers.forget(APP.key.id)
        await scene.ask()

    run(main())


def test_a_key_ends_when_its_time_is_over() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.table.change(APP.key.id, expires_at=clock() + 2)
        await scene.ask()
        await later(2)
        with pytest.raises(Unauthenticated, match="expired"):
            await scene.ask()

    run(main())


def test_while_the_database_is_down_known_keys_are_honoured_for_five_minutes() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask()
        scene.table.down = True
        await later(299)
        await scene.ask()
        with pytest.raises(StoreUnavailable):
            await scene.ask(make("other", ("*",), now=0.0).secret)
        await later(1)
        with pytest.raises(StoreUnavailable):
            await scene.ask()

    run(main())


def test_while_the_database_says_nothing_one_caller_in_five_seconds_waits_a_second() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask()
        scene.table.down, scene.table.silent = True, 60.0
        await later(5)
        waits = []
        for _ in range(100):
            began = clock()
            await scene.ask()
            waits.append(clock() - began)
        assert waits == [PATIENCE] + [0.0] * 99

        scene.table.down, scene.table.silent = False, 0.0
        await scene.table.change(APP.key.id, revoked_at=clock())
        await later(5)
        with pytest.raises(Unauthenticated, match="revoked"):
            await scene.ask()

    run(main())


def test_a_caller_who_leaves_takes_no_connection_to_the_database_with_him() -> None:
    async def main() -> None:
        scene = Scene()
        scene.table.silent = 0.5
        leaving = asyncio.create_task(scene.ask())
        await later(0.1)
        leaving.cancel()
        await later(1)
        assert leaving.cancelled()
        assert (scene.table.asked, scene.table.answered) == (1, 1)

    run(main())


def test_a_key_reaches_its_scopes_and_no_further() -> None:
    async def main() -> None:
        scene = Scene()
        assert (await scene.ask(user="ann")).user == "ann"
        with pytest.raises(ScopeMissing, match=r"`gwk_live_\w+` may not use `mail.send`"):
            await scene.ask(endpoint="mail.send")
        await scene.table.change(APP.key.id, scopes=("crm.*",))
        await later(5)
        with pytest.raises(ScopeMissing, match="may not act for a user"):
            await scene.ask(user="ann")

    run(main())


def test_typing_errors_never_reach_the_database() -> None:
    async def main() -> None:
        scene = Scene()
        for secret in ("nonsense", APP.secret[:-1] + ("0" if APP.secret[-1] != "0" else "1")):
            with pytest.raises(Unauthenticated):
                await scene.ask(secret)
        assert scene.table.asked == 0

    run(main())


def test_a_key_with_the_id_of_another_is_refused() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.table.change(APP.key.id, digest=b"\0" * 32)
        with pytest.raises(Unauthenticated):
            await scene.ask()

    run(main())


def test_who_tries_many_keys_is_not_looked_up_for_a_while_and_good_keys_go_on() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask()
        for _ in range(100):
            with pytest.raises(Unauthenticated):
                await scene.ask(make("guess", ("*",), now=0.0).secret)
        assert scene.table.asked <= ALLOWED + 2
        await later(4)
        await scene.ask()
        looked_up = scene.table.asked
        await later(600)
        with pytest.raises(Unauthenticated):
            await scene.ask(make("guess", ("*",), now=0.0).secret)
        assert scene.table.asked == looked_up + 1

    run(main())


def test_use_is_noted_in_one_go_and_kept_while_the_database_is_down() -> None:
    async def main() -> None:
        scene = Scene()
        await scene.ask()
        scene.table.down = True
        await scene.callers.note_use()
        scene.table.down = False
        await scene.callers.note_use()
        assert scene.table.times == {APP.key.id: 1000.0}

    run(main())
