"""What is known of a key, and how it is written down where others can read it: sealed."""

from typing import Literal

import msgspec

from gateway import Headers, Reply, Verdict
from gateway_policies.sealing import Alike

State = Literal["begun", "answered", "spent"]
"""`begun`: perhaps sent, and no outcome; `answered`: here is the answer; `spent`: done, and its answer is not kept."""

OVERHEAD = 400
"""Bytes that a record takes beside header fields and body."""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a key, until a time of Kit.now.

    `print` is that of the first request; None where only a gateway with another secret can read it.
    """

    state: State
    print: bytes | None = None
    until: float = 0.0
    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    verdict: Verdict | None = None

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return OVERHEAD + len(self.body) + sum(len(name) + len(value) for name, value in self.headers)

    @property
    def reply(self) -> Reply:
        return Reply(self.status, self.headers, self.body, self.verdict)


def answered(asked: bytes, reply: Reply, body: bytes) -> Record:
    return Record("answered", asked, 0.0, reply.status, reply.headers, body, reply.verdict)


_MARKS: dict[State, bytes] = {"begun": b"b", "answered": b"a", "spent": b"s"}
_STATES: dict[bytes, State] = {mark: state for state, mark in _MARKS.items()}


class Sealer:
    """Writes records so that only a gateway with the same secret can read them, and only under their own name.

    The state stands in the open: whoever has another secret still learns that the key was used, and acts on it.
    """

    def __init__(self, secret: bytes) -> None:
        self._seal = Alike(secret, b"idempotency")

    def sealed(self, name: str, record: Record) -> bytes:
        mark = _MARKS[record.state]
        return mark + self._seal.seal(msgspec.msgpack.encode(record), name.encode(), mark)

    def opened(self, name: str, sealed: bytes) -> Record:
        """What was sealed under the name; of what is not ours, or damaged, only that the key was used."""
        mark = sealed[:1]
        try:
            return _DECODER.decode(self._seal.open(sealed[1:], name.encode(), mark))
        except ValueError:
            known = _STATES.get(mark, "begun")
            return Record("spent" if known == "answered" else known)


_DECODER = msgspec.msgpack.Decoder(Record)
