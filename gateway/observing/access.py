"""The access line: one JSON object on stdout for each request, and nothing in it that a caller or a vendor has sent.

    {"time":"2026-05-04T10:11:12.345Z","level":"info","event":"request","correlation_id":"…","status":200,…}

`GATEWAY_ACCESS_LOG` says which: `all`, `errors` (what was answered with 400 and above) or `off`.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from gateway.contract import Finished, Kit, Observe
from gateway.observing.outlet import Outlet

VARIABLE = "GATEWAY_ACCESS_LOG"
_FIRST_ERROR = 400
_FIRST_FAULT = 500
_ENCODER = msgspec.json.Encoder()


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """Milliseconds with one digit; what does not apply is left out. `caller` is a key's id, or that of a token."""

    time: str
    level: Literal["info", "error"]
    event: str
    correlation_id: str
    method: str
    status: int
    duration_ms: float
    integration: str = ""
    endpoint: str = ""
    slug: str = ""
    caller: str = ""
    attempts: int = 0
    upstream_ms: float = 0.0
    trace_id: str = ""


class Access:
    """Writes the lines of a batch at once."""

    def __init__(self, kit: Kit, outlet: Outlet, *, least: int = 0) -> None:
        """Only requests whose status is `least` or more are written."""
        self._clock, self._now = kit.clock, kit.now
        self._outlet = outlet
        self._least = least
        self._second, self._written = -1, ""
        self.stop = outlet.stop

    def __call__(self, batch: Sequence[Finished]) -> None:
        offset = self._now() - self._clock()
        lines = [_ENCODER.encode(self._line(one, offset)) for one in batch if one.status >= self._least]
        if lines:
            self._outlet.write(lines)

    def _line(self, one: Finished, offset: float) -> Line:
        operation, trace = one.operation, one.trace
        return Line(
            self._time(one.ended + offset),
            "info" if one.status < _FIRST_FAULT else "error",
            "request",
            one.correlation_id,
            one.method,
            one.status,
            round((one.ended - one.began) * 1000, 1),
            "" if operation is None else operation.integration,
            "" if operation is None else operation.name,
            one.slug,
            one.caller,
            one.attempts,
            round(one.upstream * 1000, 1),
            "" if trace is None else trace.written,
        )

    def _time(self, at: float) -> str:
        """Most requests end in the same second as the one before."""
        second = int(at)
        if second != self._second:
            self._second, self._written = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._written}.{int((at - second) * 1000):03d}Z"


def least_of(environ: Mapping[str, str]) -> int | None:
    """The lowest status of which a line is written, None where none is. Raises ValueError for a word that is none."""
    said = environ.get(VARIABLE) or "all"
    known = {"all": 0, "errors": _FIRST_ERROR, "off": None}
    if said not in known:
        raise ValueError(f"{VARIABLE} must be all, errors or off, got {said!r}")
    return known[said]


def access(kit: Kit, environ: Mapping[str, str]) -> Sequence[Observe]:
    """Whoever writes the lines, where the environment wants any. Raises ValueError for a word that is none."""
    least = least_of(environ)
    return () if least is None else (Access(kit, Outlet(1), least=least),)
