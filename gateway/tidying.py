"""Keeps the garbage collector away from what stays."""

import gc


def tidy_memory() -> None:
    """What was just built stays: keep the collector from walking it in the middle of requests."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
