"""While the event loop has much to do, the other threads of its process wait for their turn."""

import os
import threading
from collections.abc import Iterator

import pytest

from gateway.serving.turns import LOOK, Turns


class Times:
    """A clock, and a thread that takes its share of a processor."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.spent = 5.0

    def look(self, turns: Turns, share: float) -> None:
        self.now += LOOK
        self.spent += LOOK * share
        turns.look()


@pytest.fixture(name="other")
def a_thread_beside() -> Iterator[int]:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    assert thread.native_id is not None
    yield thread.native_id
    over.set()
    thread.join()


def test_they_wait_while_it_is_busy_and_not_longer(other: int) -> None:
    times = Times()
    turns = Turns(lambda: times.now, lambda: times.spent)
    seen = []
    for share in (0.1, 0.3, 0.9, 0.3, 0.3, 0.1, 0.3, 0.5):
        times.look(turns, share)
        seen.append(os.sched_getscheduler(other) == os.SCHED_BATCH)
    times.look(turns, 0.0)

    assert seen == [False, False, True, True, True, False, False, True]
    assert os.sched_getscheduler(other) == os.SCHED_OTHER


def test_the_event_loops_own_thread_is_never_one_of_them(other: int) -> None:
    times = Times()
    turns = Turns(lambda: times.now, lambda: times.spent)
    times.look(turns, 1.0)

    assert os.sched_getscheduler(threading.get_native_id()) == os.SCHED_OTHER
    assert os.sched_getscheduler(other) == os.SCHED_BATCH
    times.look(turns, 0.0)
