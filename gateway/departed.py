"""What workers that are gone have counted: a sum that went down would be a restart to Prometheus, and counted twice.

Whoever is asked for the metrics of all workers remembers what each of them told last. One that comes back as another
process has left that behind, and one that is silent is told as it was. All of it lies in a file too, for the case that
it is the remembering process that dies.
"""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gateway.telemetry import ADDED, Family, merged


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The metrics of one process; `born` is another word for each process."""

    born: str
    families: list[Family]


class _Memory(msgspec.Struct, array_like=True):
    gone: list[Family] = []
    last: dict[int, Told] = {}


class Departed:
    """`file` is where the memory lies, None for a process that is alone and dies with it."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._memory = _Memory()
        if file is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError):  # the first of them finds none
                self._memory = msgspec.msgpack.decode(file.read_bytes(), type=_Memory)

    def together(self, told: Mapping[int, Told]) -> list[Family]:
        """What all processes by these numbers have counted, the dead included."""
        memory = self._memory
        for index, now in told.items():
            before = memory.last.get(index)
            if before is not None and before.born != now.born:
                memory.gone = merged([memory.gone, _counted(before.families)])
            memory.last[index] = now
        self._keep()
        silent = (one.families for index, one in memory.last.items() if index not in told)
        return merged([*(one.families for one in told.values()), memory.gone, *map(_counted, silent)])

    def _keep(self) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        with contextlib.suppress(OSError):  # a full disk costs a count, not the page
            fresh.write_bytes(msgspec.msgpack.encode(self._memory))
            fresh.replace(self._file)


def _counted(families: Iterable[Family]) -> list[Family]:
    """Nothing of what was so at a moment that is over."""
    return [family for family in families if family.kind in ADDED]
