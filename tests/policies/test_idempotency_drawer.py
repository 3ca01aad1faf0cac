"""What a process remembers of keys, and what it forgets first."""

import asyncio

from gateway_policies.idempotency_drawer import Drawer
from gateway_policies.idempotency_records import OVERHEAD, Record
from tests.kit import clock, run


def answer(size: int = 1000) -> Record:
    return Record("answered", b"print", 0.0, 200, (), b"x" * size)


def test_beyond_its_bytes_the_first_bodies_go_and_that_they_were_is_kept() -> None:
    async def main() -> None:
        drawer = Drawer(clock, most_bytes=3 * (OVERHEAD + 1000))
        for name in "abcd":
            drawer.put(name, answer(), 60)
        assert [found.state for name in "abcd" if (found := drawer.get(name))] == [
            "spent",
            "spent",
            "answered",
            "answered",
        ]
        assert drawer.size <= 3 * (OVERHEAD + 1000)

    run(main())


def test_beyond_their_number_records_go_altogether() -> None:
    async def main() -> None:
        drawer = Drawer(clock, most=10)
        for number in range(50):
            drawer.put(str(number), answer(), 60)
        assert len(drawer) == 10
        assert drawer.get("49") is not None

    run(main())


def test_what_is_over_leaves_room() -> None:
    async def main() -> None:
        drawer = Drawer(clock)
        for number in range(100):
            drawer.put(str(number), answer(), 60)
        await asyncio.sleep(61)
        assert drawer.get("1") is None
        for number in range(40):
            drawer.put(f"new {number}", answer(), 60)
        assert len(drawer) == 40
        for number in range(40):
            drawer.drop(f"new {number}")
        assert (len(drawer), drawer.size) == (0, 0)

    run(main())
