"""A line by itself: order, places that are kept, and when it is given up."""

import asyncio
from collections.abc import Iterable

import pytest

from gateway.shared import NotShared
from gateway.sharing import line as module
from gateway.sharing.line import Line, Nonsense, Pushed
from tests.kit import run


class Wire(asyncio.Transport):
    """Keeps what is written; `unsent` of it is said to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[object] = []
        self.unsent = 0
        self.aborted = False

    def write(self, data: object) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True


def letters(data: bytes) -> Iterable[object]:
    """Each small letter is an answer, each large one is pushed, and everything else is nonsense."""
    for letter in data.decode():
        if not letter.isalpha():
            raise Nonsense
        yield Pushed(letter) if letter.isupper() else letter


def a_line() -> tuple[Line, Wire, list[object]]:
    pushed: list[object] = []
    line, wire = Line(letters, pushed.append), Wire()
    line.connection_made(wire)
    return line, wire, pushed


async def asked(line: Line, *frames: bytes) -> list["asyncio.Task[object]"]:
    tasks = [asyncio.create_task(line.ask(frame)) for frame in frames]
    await asyncio.sleep(0)
    return tasks


def test_answers_come_in_the_order_of_the_questions_in_pieces_or_together() -> None:
    async def main() -> None:
        line, wire, pushed = a_line()
        tasks = await asked(line, b"1", b"2", b"3")
        line.data_received(b"aX")
        line.data_received(b"bc")
        assert await asyncio.gather(*tasks) == ["a", "b", "c"]
        assert (wire.written, pushed) == ([b"1", b"2", b"3"], ["X"])

    run(main())


def test_a_question_that_was_given_up_keeps_its_place() -> None:
    async def main() -> None:
        line, _, _ = a_line()
        first, second, third = await asked(line, b"1", b"2", b"3")
        line.tell(b"4")
        (last,) = await asked(line, b"5")
        second.cancel()
        await asyncio.sleep(0)
        line.data_received(b"abcde")
        assert [await first, await third, await last] == ["a", "c", "e"]

    run(main())


@pytest.mark.parametrize("data", [b"!", b"ab", b"a!"])
def test_what_is_no_answer_or_one_too_many_ends_it(data: bytes) -> None:
    async def main() -> None:
        line, wire, _ = a_line()
        await asked(line, b"1")
        line.data_received(data)
        assert line.closed.result() == "answers what nobody understands"
        assert wire.aborted
        with pytest.raises(NotShared):
            await line.ask(b"2")

    run(main())


@pytest.mark.parametrize("closed", [True, False], ids=["closed by the other side", "dropped"])
def test_everybody_who_waits_is_refused_when_it_ends(closed: bool) -> None:
    async def main() -> None:
        line, _, _ = a_line()
        tasks = await asked(line, b"1", b"2")
        line.connection_lost(None) if closed else line.drop("enough")
        for task in tasks:
            with pytest.raises(NotShared):
                await task

    run(main())


def test_who_is_not_answered_is_refused_after_a_tenth_of_a_second() -> None:
    async def main() -> None:
        line, _, _ = a_line()
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(NotShared):
            await line.ask(b"1")
        assert 0.07 < loop.time() - began < 0.11
        assert line.closed.result() == "does not answer"

    run(main())


def test_answers_to_others_do_not_make_anybody_wait_longer() -> None:
    async def main() -> None:
        line, _, _ = a_line()
        tasks = await asked(line, *(b"%d" % number for number in range(20)))
        for _ in tasks:
            await asyncio.sleep(0.02)
            if not line.closed.done():
                line.data_received(b"a")
        assert line.closed.result() == "does not answer"
        await asyncio.gather(*tasks, return_exceptions=True)

    run(main())


def test_nothing_ticks_while_nobody_waits() -> None:
    async def main() -> None:
        line, _, _ = a_line()
        tasks = await asked(line, b"1")
        line.data_received(b"a")
        await asyncio.gather(*tasks)
        await asyncio.sleep(1000)
        assert not line.closed.done()

    run(main())


def test_too_much_that_waits_is_refused_and_what_waits_already_is_not() -> None:
    async def main() -> None:
        line, wire, _ = a_line()
        (first,) = await asked(line, b"1")
        wire.unsent = module.MOST_UNSENT + 1
        with pytest.raises(NotShared):
            await line.ask(b"2")
        wire.unsent = 0
        for _ in range(module.MOST_WAITING - 1):
            line.tell(b"3")
        with pytest.raises(NotShared):
            line.tell(b"4")
        line.data_received(b"a")
        assert await first == "a"

    run(main())
