"""How long a caller says that he will wait: X-Request-Timeout, in seconds."""

import re

from gateway import Call
from gateway.errors import InvalidRequest, Violation

FIELD = b"x-request-timeout"
NAME = "X-Request-Timeout"
_SECONDS = re.compile(rb"[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?")


def patience(call: Call) -> float | None:
    """Seconds; None where he says nothing. Raises InvalidRequest for what is no time."""
    value = call.header(FIELD)
    if value is None:
        return None
    seconds = float(value) if _SECONDS.fullmatch(value) else 0.0
    if seconds > 0 and sum(name == FIELD for name, _ in call.headers) == 1:
        return seconds
    detail = "expected seconds, more than zero, such as `2.5`" if seconds <= 0 else "given more than once"
    raise InvalidRequest(f"header `{NAME}`: {detail}", violations=[Violation("header", detail, name=NAME)])
