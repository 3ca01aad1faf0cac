"""Which error rule fits a vendor's answer; the body is read and decoded only where a rule asks for it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Literal, cast

import msgspec
from jmespath.exceptions import JMESPathError

from gateway import Call, Reply
from gateway_policies.errors_verdict import Rule, default_rule, retry_after
from gateway_policies.expressions import compiled
from gateway_policies.unpacking import plain

Scalar = str | int | float | bool | None
StatusMatch = Annotated[int, msgspec.Meta(ge=300, le=599)] | Literal["4xx", "5xx"]

Pattern = tuple[
    StatusMatch | tuple[StatusMatch, ...] | msgspec.UnsetType,
    Mapping[str, Scalar | tuple[Scalar, ...]],
    Mapping[str, str | tuple[str, ...]],
    Rule,
]
"""Status, body, header, and the rule that they lead to."""

_READ = 65_536
"""So much of a streamed refusal is read: enough for every error document, too little to fill the memory."""

_CLASSES: dict[object, range] = {"4xx": range(400, 500), "5xx": range(500, 600)}


class _Matcher(msgspec.Struct, frozen=True):
    statuses: frozenset[int] | None
    headers: tuple[tuple[bytes, frozenset[bytes]], ...]
    body: tuple[tuple[Any, frozenset[tuple[bool, Scalar]]], ...]
    rule: Rule


def check_expression(expression: str) -> None:
    compiled(expression)


def classifier(
    patterns: Sequence[Pattern], now: Callable[[], float], *, conditional: bool
) -> Callable[[Call, Reply], Awaitable[Reply]]:
    """Gives an answer that is no success its verdict. `conditional`: a caller who has the answer may get a 304."""
    matchers = tuple(_matcher(pattern) for pattern in patterns)

    async def judge(call: Call, reply: Reply) -> Reply:
        if conditional and reply.status == 304 and _conditional(call):  # noqa: PLR2004
            return reply
        if not isinstance(reply.body, bytes):
            reply = msgspec.structs.replace(reply, body=await _beginning(reply.body))
        rule = _find(matchers, reply) or default_rule(reply.status)
        verdict = rule.on_reply(reply, retry_after(reply.header(b"retry-after"), now))
        return msgspec.structs.replace(reply, verdict=verdict)

    return judge


def _conditional(call: Call) -> bool:
    return call.header(b"if-none-match") is not None or call.header(b"if-modified-since") is not None


async def _beginning(stream: AsyncIterator[bytes]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async with aclosing(cast("Any", stream)):  # the contract promises `aclose`, which AsyncIterator does not declare
        async for chunk in stream:
            chunks.append(chunk)
            size += len(chunk)
            if size >= _READ:
                break
    return b"".join(chunks)[:_READ]


def _find(matchers: tuple[_Matcher, ...], reply: Reply) -> Rule | None:
    document: Any = msgspec.UNSET
    for matcher in matchers:
        if matcher.statuses is not None and reply.status not in matcher.statuses:
            continue
        if not all(_has(reply, name, wanted) for name, wanted in matcher.headers):
            continue
        if matcher.body and document is msgspec.UNSET:
            document = _decode(plain(reply))
        if all(_gives(document, expression, wanted) for expression, wanted in matcher.body):
            return matcher.rule
    return None


def _has(reply: Reply, name: bytes, wanted: frozenset[bytes]) -> bool:
    return any(key == name and value in wanted for key, value in reply.headers)


def _gives(document: Any, expression: Any, wanted: frozenset[tuple[bool, Scalar]]) -> bool:
    try:
        found = expression.search(document)
    except JMESPathError:
        return False
    values = found if isinstance(found, list) else [found]
    return any(_key(value) in wanted for value in values if not isinstance(value, dict | list))


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _matcher(pattern: Pattern) -> _Matcher:
    status, body, header, rule = pattern
    return _Matcher(
        None if status is msgspec.UNSET else _statuses(_all(status)),
        tuple((name.lower().encode(), frozenset(v.encode() for v in _all(wanted))) for name, wanted in header.items()),
        tuple((compiled(path), frozenset(map(_key, _all(wanted)))) for path, wanted in body.items()),
        rule,
    )


def _all(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _statuses(wanted: tuple[Any, ...]) -> frozenset[int]:
    return frozenset(status for entry in wanted for status in _CLASSES.get(entry, (entry,)))


def _key(value: Scalar) -> tuple[bool, Scalar]:
    """JSON's true is not 1."""
    return isinstance(value, bool), value
