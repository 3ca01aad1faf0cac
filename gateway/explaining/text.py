"""An explained endpoint as lines for a terminal."""

from collections.abc import Iterator

from gateway.explaining.endpoint import Explained, Origin, Value
from gateway.explaining.words import seconds

_SLOT = 13
_NAME = 18
_WIDTH = 58


def lines(explained: Explained) -> Iterator[str]:
    """Line by line; where a value was written stands at the end of its line."""
    yield f"{explained.id}  {explained.summary}".rstrip()
    yield f"  callers    {explained.callers}"
    yield f"  vendor     {explained.vendor}"
    yield f"  declared   {_place(explained.declared)}"
    yield ""
    yield "Stages, outermost first; a value without a place is the built-in default"
    for stage in explained.stages:
        yield from _stage(stage.slot, stage.values)
    yield ""
    yield f"Longest wait   {seconds(explained.longest_wait.seconds)}: {explained.longest_wait.why}"
    yield ""
    yield "Sent again after"
    for repeat in explained.repeats:
        yield f"  {repeat.failure:<18}{'yes' if repeat.repeated else 'never':<7}{repeat.why}"
    yield ""
    yield "Try it"
    yield f"  {explained.curl}"


def _stage(slot: str, values: tuple[Value, ...]) -> Iterator[str]:
    head = f"  {slot:<{_SLOT}}"
    if not values:
        yield head.rstrip()
    for value in values:
        yield f"{head}{_aligned(value)}  {_place(value.origin)}".rstrip()
        head = " " * (2 + _SLOT)


def _aligned(value: Value) -> str:
    return f"{value.name:<{_NAME}} {value.value}".ljust(_WIDTH)


def _place(origin: Origin) -> str:
    if origin.variable:
        return origin.variable
    return f"{origin.file}:{origin.line}" if origin.file else ""
