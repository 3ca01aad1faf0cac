"""The words that `retry.when` and `breaker.counts` share, and what they stand for."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

FailureClass = (
    Literal["connect", "reset", "timeout", "4xx", "5xx"]
    | Annotated[int, msgspec.Meta(ge=400, le=599, description="A status of the vendor's answer.", examples=[503])]
)
"""`connect`: not sent. `reset`, `timeout`: sent, outcome unknown. Otherwise a status, or a hundred of them."""

_RANGES = {"4xx": range(400, 500), "5xx": range(500, 600)}


def statuses(classes: Iterable[FailureClass]) -> frozenset[int]:
    """Every status that the classes name."""
    found: set[int] = set()
    for each in classes:
        found.update((each,) if isinstance(each, int) else _RANGES.get(each, ()))
    return frozenset(found)


def failures(classes: Iterable[FailureClass]) -> frozenset[str]:
    """The classes that stand for having no answer."""
    return frozenset(each for each in classes if isinstance(each, str) and each not in _RANGES)
