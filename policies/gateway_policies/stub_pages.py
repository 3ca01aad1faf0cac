"""A stubbed list ends: what would lead on from its first page is taken out, and any further page is empty."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import Call, Operation
from gateway.paging import CursorPaging, LinkPaging
from gateway_policies.reply_mapping import chooser, searcher

_DOTTED = re.compile(r'(?:[A-Za-z_]\w*|"[^"\\]+")(?:\.(?:[A-Za-z_]\w*|"[^"\\]+"))*', re.ASCII)
_NAME = re.compile(r'"([^"]+)"|(\w+)')


def is_further(operation: Operation, call: Call) -> bool:
    """Whether a page is asked for that is not the first."""
    return operation.paging is not None and any(name == "cursor" for name, _ in call.query)


def ending(operation: Operation, fits: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """Makes a vendor's answer one that leads no further, where callers still get what `fits`."""
    paging = operation.paging
    expression = paging.next if isinstance(paging, CursorPaging | LinkPaging) else None
    if expression is None or not _DOTTED.fullmatch(expression):
        return lambda answer: answer
    search, choose = searcher(expression), chooser(operation.reply)
    steps = [found[1] or found[2] for found in _NAME.finditer(expression)]

    def ended(answer: Any) -> Any:
        if not search(answer):
            return answer
        candidates = (_without(answer, steps, then) for then in (msgspec.UNSET, None, ""))
        return next((one for one in candidates if fits(choose(one))), answer)

    return ended


def _without(answer: Any, steps: list[str], then: Any) -> Any:
    """A copy with `then` in the place that the steps lead to, or without that place."""
    if len(steps) > 1:
        return {**answer, steps[0]: _without(answer[steps[0]], steps[1:], then)}
    kept = {name: part for name, part in answer.items() if name != steps[0]}
    return kept if then is msgspec.UNSET else {**kept, steps[0]: then}
