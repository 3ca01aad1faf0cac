"""Values in the form in which people write them."""

from collections.abc import Callable
from typing import Any

from gateway.units import Duration, Percentage, Secret, Size

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))
_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def shown(value: Any) -> str:
    """A secret is never shown."""
    return next((form(value) for kind, form in _FORMS if isinstance(value, kind)), str(value))


def seconds(value: float) -> str:
    """In the largest unit that comes out even; to a millisecond otherwise."""
    value = float(value)
    for size, unit in _UNITS:
        if value >= size and value % size == 0:
            return f"{value / size:g}{unit}"
    return f"{round(value, 3):g}s" if value >= 1 or value == 0 else f"{round(value * 1000, 3):g}ms"


def _size(value: int) -> str:
    return next((f"{value // size}{unit}" for size, unit in _SIZES if value and value % size == 0), f"{value}B")


_FORMS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (Secret, lambda value: "<secret>"),
    (Duration, seconds),
    (Percentage, lambda value: f"{value * 100:g}%"),
    (Size, _size),
    (bool, lambda value: str(value).lower()),
    ((list, tuple), lambda value: "[" + ", ".join(map(shown, value)) + "]"),
    (dict, lambda value: "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"),
    (float, lambda value: f"{value:g}"),
)
"""By type, the narrower before the wider: a duration is a number too."""
