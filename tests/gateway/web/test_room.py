"""Bodies that are on their way share what there is, and give it back however they end."""

import asyncio
from typing import Any

import pytest

from gateway.errors import BodyTooLarge, InvalidRequest, Overloaded
from gateway.web.intake import Head, read_body
from gateway.web.room import Room
from tests.kit import run

FULL = 100


def left(room: Room) -> int:
    """How much may still be taken, found by taking it."""
    size = 0
    while size < FULL:
        try:
            room.take(1)
        except Overloaded:
            break
        size += 1
    room.give_back(size)
    return size


async def body(room: Room, *messages: dict[str, Any], limit: int = FULL) -> bytes:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(10_000)
        return waiting.pop(0)

    return await read_body(receive, Head((), None), limit, room)


def part(size: int, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def test_a_body_holds_its_room_until_it_is_given_back() -> None:
    room = Room(FULL)

    assert len(run(body(room, part(30), part(10, more=False)))) == 40
    assert left(room) == 60
    room.give_back(40)
    assert left(room) == FULL


def test_what_has_no_room_is_told_to_come_again_and_holds_nothing() -> None:
    room = Room(FULL)
    room.take(70)

    with pytest.raises(Overloaded) as refused:
        run(body(room, part(20), part(20, more=False)))
    assert refused.value.retry_after == 1
    assert left(room) == 30


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([part(30), part(80, more=False)], BodyTooLarge),
        ([part(30), {"type": "http.disconnect"}], InvalidRequest),
        ([part(30)], Exception),
    ],
    ids=["too large", "cut short", "too slow"],
)
def test_a_body_that_is_never_whole_holds_nothing(messages: list[dict[str, Any]], error: type[Exception]) -> None:
    room = Room(FULL)

    with pytest.raises(error):
        run(body(room, *messages))
    assert left(room) == FULL
