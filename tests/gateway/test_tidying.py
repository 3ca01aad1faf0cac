"""The collector looks at what is new, and what is done aside lets requests go on."""

import asyncio
import subprocess
import sys

import pytest

from gateway.tidying import GIVING_WAY, aside

SETTLING = """
import gc, weakref
from gateway.tidying import settle_memory, tidy_memory

class Node:
    def __init__(self):
        self.itself = self

before = Node()
settle_memory()
walked = {id(one) for one in gc.get_objects()}
after = Node()
left = weakref.ref(after)
del after
tidy_memory()
print(id(before) in walked, left(), len(walked) < 1000)
"""


def test_what_has_settled_is_not_walked_again_and_what_is_left_behind_later_is_freed() -> None:
    told = subprocess.run([sys.executable, "-c", SETTLING], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["False", "None", "True"]


def test_what_is_done_aside_gives_way_sooner_than_usual_and_only_while_it_is_done() -> None:
    usual = sys.getswitchinterval()

    assert asyncio.run(aside(sys.getswitchinterval)) == pytest.approx(GIVING_WAY)
    assert sys.getswitchinterval() == usual


def test_the_usual_turns_come_back_when_it_fails() -> None:
    usual = sys.getswitchinterval()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(aside(lambda: 1 // 0))
    assert sys.getswitchinterval() == usual
