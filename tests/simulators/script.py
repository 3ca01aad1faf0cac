"""Faults to order: which request is to go wrong, in which way, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from tests.simulators.wire import Answer, Json, Request, json_answer

Match: TypeAlias = str | Callable[[Request], bool] | None
Reset: TypeAlias = Literal["before", "midway", "after"]


@dataclass(kw_only=True)
class Fault:
    """One order. `left` is how many requests it still takes; None means every one."""

    match: Match
    answer: Answer | None
    headers: Mapping[str, str]
    delay: float
    stall: float
    reset: Reset | None
    partial: bool
    raw: bytes | None
    left: int | None

    def takes(self, request: Request) -> bool:
        if self.left == 0:
            return False
        return matches(self.match, request)


class Script:
    """The faults of one simulator, tried in the order in which they were given."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def next(
        self,
        match: Match = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | Json = None,
        answer: Answer | None = None,
        delay: float = 0.0,
        stall: float = 0.0,
        reset: bool | Reset = False,
        partial: bool = False,
        raw: bytes | None = None,
        times: int = 1,
        forever: bool = False,
    ) -> Fault:
        """Order a fault for the next requests that match; what is left out happens as if nothing were wrong.

        match: "POST /call", "* */Messages.json" (`*` crosses slashes), a path alone, a function; any if left out.
        status, headers, body, or a whole `answer`: in place of the vendor's own; headers alone are added to its own.
        delay: seconds before the answer. stall: seconds between its head and its body.
        reset: "before" (or True) cuts the connection without doing the work, "after" does the work and cuts it without
        an answer, "midway" cuts it inside the body. partial: half of the body, then an orderly close. raw: bytes as
        they are, then a close.
        """
        fault = Fault(
            match=match,
            answer=answer or _scripted_answer(status, body),
            headers=headers or {},
            delay=delay,
            stall=stall,
            reset="before" if reset is True else reset or None,
            partial=partial,
            raw=raw,
            left=None if forever else times,
        )
        self._faults.append(fault)
        return fault

    def take(self, request: Request) -> Fault | None:
        """The fault for this request, used up by one; None when all is to go well."""
        fault = next((fault for fault in self._faults if fault.takes(request)), None)
        if fault is not None and fault.left is not None:
            fault.left -= 1
        return fault

    def clear(self) -> None:
        self._faults.clear()


def matches(match: Match, request: Request) -> bool:
    if match is None:
        return True
    if callable(match):
        return match(request)
    method, _, path = match.rpartition(" ")
    return fnmatchcase(request.method, method or "*") and fnmatchcase(request.path, path)


def _scripted_answer(status: int | None, body: bytes | str | Json) -> Answer | None:
    if status is None and body is None:
        return None
    if body is None or isinstance(body, bytes):
        return Answer(status=status or 200, body=body or b"")
    if isinstance(body, str):
        return Answer(status=status or 200, headers=(("Content-Type", "text/plain"),), body=body.encode())
    return json_answer(status or 200, body)
