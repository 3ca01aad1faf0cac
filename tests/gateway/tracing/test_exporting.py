"""What is kept goes out in a thread of its own; nobody else waits, and what does not go out is counted."""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence

import pytest

from gateway.tracing.exporting import AT_ONCE, FLUSHING, MOST_WAITING, Exporting, Kept
from gateway.tracing.sampling import Asked, Sampler
from tests.gateway.observing.records import finished

SAMPLER = Sampler(1.0, follows=True)


def kept() -> Kept:
    """A request with two attempts and one question: four spans."""
    sent = [("attempt.sent", {"span": "a"}), ("attempt.sent", {"span": "b"}), ("cache.miss", {})]
    asked = Asked(system="redis", operation="GET", began=1.0, ended=2.0)
    return Kept(SAMPLER.root(), finished(*sent), (asked,), 0.0)


class Sent:
    """What a collector got; it takes batches or not, and answers only while its gate is open."""

    def __init__(self, *, takes: bool = True, fails: bool = False) -> None:
        self.takes = takes
        self.fails = fails
        self.batches: list[Sequence[Kept]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closed = threading.Event()

    def __call__(self, batch: Sequence[Kept]) -> bool:
        self.batches.append(batch)
        while not self.gate.wait(0.01) and not self.closed.is_set():
            pass
        if self.fails:
            raise RuntimeError("a span that cannot be made")
        return self.takes

    def close(self) -> None:
        self.closed.set()


class Counted:
    def __init__(self) -> None:
        self.spans = 0

    def __call__(self, spans: int) -> None:
        self.spans += spans


def exporting(send: Sent, dropped: Counted, soon: float = 0.01) -> Exporting:
    return Exporting(lambda: send, dropped, soon, "http://collector")


def test_what_waits_goes_out_at_the_end() -> None:
    send, dropped = Sent(), Counted()
    running = exporting(send, dropped, soon=60)
    running.start()
    for _ in range(3):
        running.put(kept())
    asyncio.run(running.close())

    assert sum(map(len, send.batches)) == 3
    assert send.closed.is_set()
    assert dropped.spans == 0


def test_many_go_out_in_small_batches_before_their_time() -> None:
    send, dropped = Sent(), Counted()
    running = exporting(send, dropped, soon=60)
    for _ in range(3 * AT_ONCE):
        running.put(kept())
    running.start()
    asyncio.run(running.close())

    assert [len(batch) for batch in send.batches] == [AT_ONCE] * 3


def test_no_more_wait_than_there_is_room_for_and_the_rest_is_counted() -> None:
    dropped = Counted()
    running = exporting(Sent(), dropped)
    for _ in range(MOST_WAITING + 5):
        running.put(kept())

    assert dropped.spans == 5 * 4


def test_a_collector_that_takes_nothing_is_counted_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    send, dropped = Sent(takes=False), Counted()
    running = exporting(send, dropped, soon=60)
    for _ in range(2 * AT_ONCE):
        running.put(kept())
    with caplog.at_level(logging.INFO, "gateway"):
        running.start()
        asyncio.run(running.close())

    assert dropped.spans == 2 * AT_ONCE * 4
    assert [record.message for record in caplog.records] == [
        "traces are lost: http://collector does not take them; spans are dropped until it does"
    ]


def test_a_request_of_which_no_span_can_be_made_is_not_the_end(caplog: pytest.LogCaptureFixture) -> None:
    send, dropped = Sent(fails=True), Counted()
    running = exporting(send, dropped, soon=60)
    for _ in range(2 * AT_ONCE):
        running.put(kept())
    running.start()
    asyncio.run(running.close())

    assert len(send.batches) == 2
    assert dropped.spans == 2 * AT_ONCE * 4
    assert "could not be traced" in caplog.text


def test_the_end_waits_no_longer_than_it_may_and_counts_what_is_left() -> None:
    send, dropped = Sent(), Counted()
    running = exporting(send, dropped)
    running.start()
    send.gate.clear()
    for _ in range(AT_ONCE + 7):
        running.put(kept())
    while not send.batches:
        time.sleep(0.001)
    began = time.monotonic()
    asyncio.run(running.close())

    assert FLUSHING <= time.monotonic() - began < 5 * FLUSHING
    assert send.closed.is_set()
    assert dropped.spans >= 7 * 4


def test_nobody_writes_to_the_log_any_more_once_the_end_is_over(caplog: pytest.LogCaptureFixture) -> None:
    for send in (Sent(takes=False), Sent(fails=True)):
        running = exporting(send, Counted())
        running.start()
        send.gate.clear()
        running.put(kept())
        while not send.batches:
            time.sleep(0.001)
        asyncio.run(running.close())

    assert caplog.messages == []


def test_what_comes_after_the_end_is_counted() -> None:
    dropped = Counted()
    running = exporting(Sent(), dropped)
    asyncio.run(running.close())
    running.put(kept())

    assert dropped.spans == 4
