"""What goes over the socket between a worker and its supervisor: four bytes of length, then msgpack."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from gateway.sharing.line import Nonsense, Pushed

HEAD = 4
MOST = 8 * 1024**2
"""Bytes of a frame; longer ones are not made, so one that says so is none."""

ANSWERED, PUSHED, REFUSED = 0, 1, 2
"""What an answer begins with."""


class Refused(Exception):
    """The other side does not know what was asked, as after half an upgrade."""


def framed(value: object) -> bytes:
    packed = msgspec.msgpack.encode(value)
    return len(packed).to_bytes(HEAD, "big") + packed


def frames() -> Callable[[bytes], Iterable[Any]]:
    """A decoder of what comes in pieces."""
    held = bytearray()

    def decode(data: bytes) -> Iterable[Any]:
        held.extend(data)
        at = 0
        while len(held) - at >= HEAD:
            length = int.from_bytes(held[at : at + HEAD], "big")
            if length > MOST:
                raise Nonsense
            if len(held) - at - HEAD < length:
                break
            yield _unpacked(held[at + HEAD : at + HEAD + length])
            at += HEAD + length
        del held[:at]

    return decode


def answers() -> Callable[[bytes], Iterable[object]]:
    """A decoder of what a supervisor says."""
    decode = frames()

    def answered(data: bytes) -> Iterable[object]:
        for frame in decode(data):
            match frame:
                case [0, value]:
                    yield value
                case [1, told]:
                    yield Pushed(told)
                case [2]:
                    yield Refused()
                case _:
                    raise Nonsense

    return answered


def _unpacked(packed: bytearray) -> Any:
    try:
        return msgspec.msgpack.decode(packed)
    except msgspec.DecodeError as wrong:
        raise Nonsense from wrong
