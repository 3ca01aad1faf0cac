"""A call is sent with its user's token: with a better one where the vendor refuses it, and with none in vain."""

import asyncio
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway import Duration
from gateway.contract import Call, Handler, Reply
from gateway.errors import ConnectionRequired, GatewayError, ProviderUnavailable
from gateway.units import Secret
from gateway_oauth.credentials import oauth, stored
from gateway_oauth.settings import OAuth, Stored
from gateway_oauth.tokens import sealed, secret
from gateway_policies import breaker
from gateway_policies.breaker_settings import Breaker
from tests.kit import pipeline, site
from tests.plugins.gateway_oauth.world import Vendor, World, called, error, granted, over, within

PATH = "https://gateway.test/connect/"


def before(world: World, vendor: Handler, *scopes: str, **fields: Any) -> Handler:
    return over(oauth(OAuth(provider="acme", **fields), site(scopes=scopes), world.kit), vendor)


def test_the_vendor_is_sent_the_users_token_and_nothing_of_what_the_caller_showed(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> Reply:
        await world.connect()
        return await before(world, vendor)(called(headers=((b"authorization", b"Bearer gwk_live_x"),)))

    assert within(tmp_path, work).status == 200
    assert vendor.seen == [b"Bearer old"]


def test_a_user_who_never_connected_is_given_a_link_before_the_vendor_is_asked(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> GatewayError:
        with pytest.raises(ConnectionRequired) as caught:
            await before(world, vendor)(called())
        return caught.value

    found = within(tmp_path, work)
    assert str(found.members["connect_url"]).startswith(PATH)
    assert vendor.seen == []


def test_what_was_not_granted_is_asked_of_the_user_before_the_vendor_is(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> str:
        await world.connect()
        assert (await before(world, vendor, "calendar.events")(called())).status == 200
        with pytest.raises(ConnectionRequired) as caught:
            await before(world, vendor, "calendar.events", "mail.send")(called())
        return caught.value.detail

    assert "`mail.send` was not granted" in within(tmp_path, work)
    assert len(vendor.seen) == 1


def test_a_hundred_calls_after_the_end_of_a_grant_ask_nobody(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> int:
        await world.connect(lasts=-1)
        handler = before(world, vendor)
        links = set()
        for _ in range(101):
            with pytest.raises(ConnectionRequired, match="invalid_grant") as caught:
                await handler(called())
            links.add(caught.value.members["connect_url"])
        assert len(links) == 1
        return len(world.server.asked)

    assert within(tmp_path, work, error("invalid_grant")) == 1
    assert vendor.seen == []


def test_a_token_that_the_vendor_refuses_is_renewed_once_and_the_call_is_sent_again(tmp_path: Path) -> None:
    vendor = Vendor(401, 200)

    async def work(world: World) -> int:
        await world.connect()
        assert (await before(world, vendor)(called())).status == 200
        return len(world.server.asked)

    assert within(tmp_path, work) == 1
    assert vendor.seen == [b"Bearer old", b"Bearer new"]


def test_a_vendor_who_refuses_every_token_is_heard_and_there_is_no_loop(tmp_path: Path) -> None:
    vendor = Vendor(401)

    async def work(world: World) -> list[int]:
        await world.connect()
        handler = before(world, vendor)
        statuses = [(await handler(called())).status for _ in range(10)]
        assert len(world.server.asked) == 1
        return statuses

    assert within(tmp_path, work) == [401] * 10
    assert vendor.seen == [b"Bearer old"] + [b"Bearer new"] * 10


def test_many_who_are_refused_together_make_one_renewal(tmp_path: Path) -> None:
    async def only_the_new(call: Call) -> Reply:
        await asyncio.sleep(0.1)
        return Reply(200 if call.header(b"authorization") == b"Bearer new" else 401, (), b"")

    async def work(world: World) -> int:
        await world.connect()
        handler = before(world, only_the_new)
        replies = await asyncio.gather(*(handler(called()) for _ in range(50)))
        assert {reply.status for reply in replies} == {200}
        return len(world.server.asked)

    assert within(tmp_path, work) == 1


def test_a_body_that_streams_is_not_sent_twice(tmp_path: Path) -> None:
    vendor = Vendor(401, 200)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    async def work(world: World) -> int:
        await world.connect()
        assert (await before(world, vendor)(called(body=chunks()))).status == 401
        return len(world.server.asked)

    assert within(tmp_path, work) == 0
    assert len(vendor.seen) == 1


def test_where_the_renewal_shows_that_the_grant_is_over_the_user_is_asked_for(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.connect()
        with pytest.raises(ConnectionRequired, match="invalid_grant"):
            await before(world, Vendor(401))(called())

    within(tmp_path, work, error("invalid_grant"))


def test_a_provider_that_is_away_does_not_open_the_vendors_circuit(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> str:
        await world.connect(lasts=-1)
        settings = Breaker(failures=2, recovery=Duration(60))
        handler = pipeline(breaker.policy, settings, before(world, vendor), using=world.kit)
        for _ in range(20):
            with pytest.raises(ProviderUnavailable):
                await handler(called())
            await asyncio.sleep(2)
        alive: weakref.WeakValueDictionary[str, Any] = world.kit.keep(("breakers",), weakref.WeakValueDictionary)
        assert [core.state for core in alive.values()] == ["closed"]
        world.server.answers = [granted()]
        await asyncio.sleep(2)
        return str((await handler(called())).status)

    assert within(tmp_path, work, Reply(503)) == "200"
    assert vendor.seen == [b"Bearer new"]


def test_a_token_in_the_config_is_for_calls_that_name_no_user(tmp_path: Path) -> None:
    vendor = Vendor()

    async def work(world: World) -> None:
        handler = before(world, vendor, token=Secret("of-my-own"))
        assert (await handler(called(user=None))).status == 200
        with pytest.raises(ConnectionRequired):
            await handler(called())

    within(tmp_path, work)
    assert vendor.seen == [b"Bearer of-my-own"]


def test_a_secret_that_a_user_left_is_sent_as_the_config_says(tmp_path: Path) -> None:
    async def key(call: Call) -> Reply:
        return Reply(200, (), call.header(b"x-api-key") or b"")

    async def work(world: World) -> Reply:
        made = msgspec.structs.replace(await world.connect(), id="con_2", provider="stored:crm", version=1)
        kept = msgspec.structs.replace(made, sealed=await sealed(world.kit, secret("his own"), made))
        assert await world.kit.stored.connections.add(kept)
        handler = over(stored(Stored(header="X-API-Key", prefix="Key "), site(), world.kit), key)
        with pytest.raises(ConnectionRequired, match="PUT /connections/crm"):
            await handler(called("bob"))
        return await handler(called())

    assert within(tmp_path, work).body == b"Key his own"
