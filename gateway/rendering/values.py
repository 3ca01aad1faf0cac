"""Values back to the form in which integrations.yaml writes them, each always in the same one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.units import Duration, Percentage, Size

_DURATIONS: tuple[tuple[str, int], ...] = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
_SIZES: tuple[tuple[str, int], ...] = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024), ("B", 1))


def written(value: Any) -> Any:
    """A plain value; one with a unit is written in the largest unit that needs no fraction: `90s`, `1d`, `20%`."""
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, Percentage):
        return f"{value * 100:.10g}%"
    if isinstance(value, Size):
        return next(f"{value // size}{unit}" for unit, size in _SIZES if value % size == 0)
    return str(value) if isinstance(value, str) else value


def _duration(value: Duration) -> str:
    milliseconds = round(value * 1000, 6)
    if milliseconds == 0:
        return "0s"
    for unit, length in _DURATIONS:
        if milliseconds % length == 0:
            return f"{milliseconds / length:.0f}{unit}"
    return f"{milliseconds:.10g}ms"


def is_empty(value: Any) -> bool:
    """Whether a value says nothing that its absence does not."""
    return value is None or (isinstance(value, (str, tuple, list, Mapping)) and not value)


def is_leaf(value: Any) -> bool:
    """Whether a value is shown on one line: a scalar, a list of scalars, an empty map."""
    if isinstance(value, (list, tuple)):
        return not any(isinstance(item, (list, tuple, dict, msgspec.Struct)) for item in value)
    return not isinstance(value, (dict, msgspec.Struct)) or value == {}


def pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)
