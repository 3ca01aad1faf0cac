"""Turns of the event loop, for servers that are about to close."""

import asyncio

_TURNS = 5


async def settled() -> None:
    """Returns when what was accepted at the last moment has its connection and its task, and can be ended.

    A server that closes between the two drops the socket without closing it (asyncio's `Server._attach`).
    """
    for _turn in range(_TURNS):
        await asyncio.sleep(0)
