"""Messages reach those who listen, for as long as there is anybody to hear them."""

import gc

from gateway.sharing.ears import Ears


class Listener:
    def __init__(self, ears: Ears, told: list[bytes | None]) -> None:
        self._told = told
        self.deaf = ears.listen("news", self._heard)

    def _heard(self, message: bytes | None) -> None:
        self._told.append(message)


def test_a_message_reaches_everybody_on_its_channel() -> None:
    ears = Ears()
    one: list[bytes | None] = []
    other: list[bytes | None] = []
    ears.listen("news", one.append)
    ears.listen("elsewhere", other.append)
    ears.hear("news", b"1")
    ears.missed()

    assert (one, other) == ([b"1", None], [None])


def test_who_went_deaf_hears_nothing_more() -> None:
    ears = Ears()
    told: list[bytes | None] = []
    listener = Listener(ears, told)
    ears.hear("news", b"1")
    listener.deaf()
    ears.hear("news", b"2")

    assert told == [b"1"]


def test_listening_keeps_nobody_alive() -> None:
    ears = Ears()
    told: list[bytes | None] = []
    listener = Listener(ears, told)
    ears.hear("news", b"1")
    del listener
    gc.collect()
    ears.hear("news", b"2")

    assert told == [b"1"]
