"""A user's token is renewed in time, once, and stored before it is used; what fails is told for what it is."""

import asyncio
from pathlib import Path

import pytest

from gateway.contract import Reply
from gateway.errors import CredentialRefused, ProviderUnavailable
from gateway_oauth.access import NeedsUser
from gateway_oauth.manager import manager_of
from gateway_oauth.tokens import opened
from tests.plugins.gateway_oauth.world import HOUR, KEY, TokenServer, World, error, granted, within

NEVER = error("never asked", 599)


@pytest.mark.parametrize(
    ("lasts", "random", "early"),
    [(HOUR, 0.5, 60), (HOUR, 0.0, 48), (HOUR, 0.999, 72), (40, 0.5, 10)],
    ids=["a minute", "later", "earlier", "a quarter"],
)
def test_it_is_renewed_before_it_ends_and_not_by_all_at_once(
    tmp_path: Path, lasts: float, random: float, early: float
) -> None:
    async def work(world: World) -> tuple[int, int]:
        await world.connect(lasts=lasts)
        await world.access()
        await asyncio.sleep(lasts - early - 0.5)
        assert await world.access() == "old"
        await asyncio.sleep(0)
        await world.manager.finish()
        before = len(world.server.asked)
        await asyncio.sleep(1.5)
        assert await world.access() == "old"  # good still: nobody waits
        await world.manager.finish()
        assert await world.access() == "new"
        return before, len(world.server.asked)

    assert within(tmp_path, work, random=random) == (0, 1)


def test_many_who_wait_make_one_request(tmp_path: Path) -> None:
    async def work(world: World) -> int:
        await world.connect(lasts=-1)
        assert set(await asyncio.gather(*(world.access() for _ in range(100)))) == {"new"}
        return len(world.server.asked)

    assert within(tmp_path, work) == 1


def test_one_who_leaves_takes_nothing_from_those_who_stay(tmp_path: Path) -> None:
    async def slow() -> Reply:
        await asyncio.sleep(2)
        return granted()

    async def work(world: World) -> int:
        await world.connect(lasts=-1)
        first = asyncio.create_task(world.access())
        second = asyncio.create_task(world.access())
        await asyncio.sleep(1)
        first.cancel()
        assert await second == "new"
        assert first.cancelled()
        return len(world.server.asked)

    assert within(tmp_path, work, slow) == 1


def test_where_no_refresh_token_comes_the_old_one_stays(tmp_path: Path) -> None:
    async def work(world: World) -> list[bytes]:
        await world.connect(lasts=-1)
        await world.access()
        assert (await opened(world.kit, await world.found())).refresh == "r-old"
        await asyncio.sleep(2 * HOUR)
        await world.access()
        return world.server.asked

    asked = within(tmp_path, work, granted(refresh_token=None))
    assert asked == [b"grant_type=refresh_token&refresh_token=r-old"] * 2


def test_the_new_one_is_stored_before_anybody_has_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.connect(lasts=-1)
        assert await world.access() == "new"
        kept, record = await opened(world.kit, await world.found()), await world.found()
        assert (kept.access, kept.refresh, record.version) == ("new", "r-new", 2)
        assert await manager_of(world.other(TokenServer(NEVER))).get(KEY)

    within(tmp_path, work)


@pytest.mark.parametrize("code", ["invalid_grant", "interaction_required", "consent_required"])
def test_a_grant_that_is_over_is_told_at_once_and_nobody_is_asked_again(tmp_path: Path, code: str) -> None:
    async def work(world: World) -> int:
        await world.connect(lasts=-1)
        for _ in range(101):
            with pytest.raises(NeedsUser, match=code):
                await world.access()
        record = await world.found()
        assert (record.status, record.reason, record.sealed) == ("needs_reauth", code, b"")
        return len(world.server.asked)

    assert within(tmp_path, work, error(code)) == 1


def test_a_refresh_token_that_another_process_has_used_is_no_end(tmp_path: Path) -> None:
    """Its claim had ended, and its answer came all the same."""

    async def work(world: World) -> str:
        await world.connect(lasts=-1)
        quicker = manager_of(world.other(TokenServer(granted("theirs"))))

        async def meanwhile() -> Reply:
            record = await world.found()
            await world.kit.stored.connections.release(record.id, world.manager._owner)
            await quicker.get(KEY)
            return error("invalid_grant")

        world.server.answers = [meanwhile]
        return await world.access()

    assert within(tmp_path, work) == "theirs"


def test_what_may_pass_is_tried_again_while_the_caller_waits(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, int]:
        await world.connect(lasts=-1)
        return await world.access(), len(world.server.asked)

    assert within(tmp_path, work, Reply(503), Reply(500), granted()) == ("new", 3)


def test_a_provider_that_stays_away_is_told_and_the_connection_stays(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.connect(lasts=-1)
        began = world.kit.clock()
        with pytest.raises(ProviderUnavailable):
            await world.access()
        assert world.kit.clock() - began <= 12
        asked = len(world.server.asked)
        for _ in range(100):
            with pytest.raises(ProviderUnavailable):
                await world.access()
        assert len(world.server.asked) == asked
        assert (await world.found()).status == "active"
        world.server.answers = [granted()]
        await asyncio.sleep(2)
        assert await world.access() == "new"

    within(tmp_path, work, Reply(503))


@pytest.mark.parametrize(
    "answer",
    [
        granted("x" * 2**20),
        Reply(200, (), b"<html>"),
        Reply(200, (), b"[" * 60_000),
        Reply(200, (), b"[]"),
        granted(expires_in=-1),
        granted(expires_in="soon"),
        granted(expires_in=True),
        granted(token_type="mac"),
        granted(access_token=None),
        granted("a\r\nX-Evil: 1"),
        granted(access_token=7),
        granted(refresh_token="r\n"),
        Reply(302, ((b"location", b"http://169.254.169.254/"),)),
        error("invalid_client", 401),
    ],
)
def test_an_answer_that_makes_no_sense_changes_nothing(tmp_path: Path, answer: Reply) -> None:
    async def work(world: World) -> int:
        before = await world.connect(lasts=-1)
        with pytest.raises(CredentialRefused):
            await world.access()
        assert await world.found() == before
        return len(world.server.asked)

    assert within(tmp_path, work, answer) == 1


def test_a_life_without_measure_is_a_year(tmp_path: Path) -> None:
    async def work(world: World) -> float:
        await world.connect(lasts=-1)
        await world.access()
        return ((await world.found()).expires_at or 0.0) - world.kit.now()

    assert within(tmp_path, work, granted(expires_in=10**300)) <= 366 * 86_400


def test_without_a_refresh_token_the_user_has_to_come_when_it_has_ended(tmp_path: Path) -> None:
    async def work(world: World) -> int:
        await world.connect(lasts=100, refresh="")
        assert await world.access() == "old"
        await asyncio.sleep(101)
        with pytest.raises(NeedsUser, match="no_refresh_token"):
            await world.access()
        return len(world.server.asked)

    assert within(tmp_path, work) == 0
