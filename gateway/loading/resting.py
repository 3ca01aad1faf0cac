"""The garbage collector, resting while a config is read and compiled."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Iterator[None]:
    """Loading makes many objects and no rubbish: looking for some of it would take longer than the loading.

    Within another one it does nothing.
    """
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()
