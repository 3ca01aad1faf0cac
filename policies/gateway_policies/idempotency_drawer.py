"""What this process itself knows of keys: the whole truth where it is alone, and what is left where others are lost."""

from collections import OrderedDict
from collections.abc import Callable

import msgspec

from gateway_policies.idempotency_records import OVERHEAD, Record

MOST_BYTES = 64 * 1024 * 1024
"""Of all records together: beyond, the bodies that have been there longest are forgotten, and that they were is not."""
MOST = 100_000
"""Records: beyond, old ones are forgotten altogether."""
LOOKED_AT = 4
"""How many are looked at with each new one: what is over goes without a pause for all of it."""


class _Kept(msgspec.Struct):
    record: Record
    until: float


class Drawer:
    """Records by name, those first that were looked at longest ago; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float], most_bytes: int = MOST_BYTES, most: int = MOST) -> None:
        self.size = 0
        self._clock = clock
        self._most_bytes = most_bytes
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._answers: OrderedDict[str, None] = OrderedDict()  # those with something in them to forget

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str) -> Record | None:
        found = self._kept.get(name)
        return found.record if found is not None and self._clock() < found.until else None

    def put(self, name: str, record: Record, seconds: float) -> None:
        self.drop(name)
        self._kept[name] = _Kept(record, self._clock() + seconds)
        self.size += record.size
        if record.size > OVERHEAD:
            self._answers[name] = None
        self._tidy()

    def drop(self, name: str) -> None:
        found = self._kept.pop(name, None)
        if found is not None:
            self.size -= found.record.size
            self._answers.pop(name, None)

    def _tidy(self) -> None:
        now = self._clock()
        for name in [name for name, _ in zip(self._kept, range(LOOKED_AT), strict=False)]:
            if self._kept[name].until <= now:
                self.drop(name)
            else:
                self._kept.move_to_end(name)
        while self.size > self._most_bytes and self._answers:
            self._forget_answer(next(iter(self._answers)))
        while len(self._kept) > self._most:
            self.drop(next(iter(self._kept)))

    def _forget_answer(self, name: str) -> None:
        kept = self._kept[name]
        self.size -= kept.record.size - OVERHEAD
        kept.record = Record("spent", kept.record.print, kept.record.until)
        del self._answers[name]
