"""What is sent to a vendor again, and what never is, with the reason."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.declared import Operation

_WITHOUT_ANSWER = ("connect", "reset", "timeout")
_MEANING = {"connect": "nothing was sent", 429: "the vendor turned it away"}
_NO_RETRY = "there is no `retry` here"


class Repeat(msgspec.Struct, frozen=True):
    """One kind of failure: whether the call is sent again, and why."""

    failure: str
    repeated: bool
    why: str


def attempts_of(operation: Operation, retry: Any) -> int:
    """How often the vendor may be asked for one request at most."""
    if retry is None or not (operation.safe or retry.settings.unsafe != "never"):
        return 1
    return int(retry.settings.attempts)


def repeats(operation: Operation, policies: Mapping[str, Any]) -> Iterator[Repeat]:
    """For each failure class that an attempt can end with, in the order of the YAML."""
    retry = policies.get("retry")
    listed = () if retry is None or retry.settings.attempts == 1 else tuple(retry.settings.when)
    for failure in dict.fromkeys((*_WITHOUT_ANSWER, *listed)):
        yield Repeat(str(failure), *_decided(operation, retry, failure, listed=failure in listed))
    errors = policies.get("errors")
    if listed and errors is not None and any(rule.kind == "transient" for rule in errors.settings):
        yield Repeat("as: transient", *_decided(operation, retry, "transient", listed=True))
    yield Repeat("any other answer", repeated=False, why="not listed in `retry.when`" if listed else _NO_RETRY)


def _decided(operation: Operation, retry: Any, failure: Any, *, listed: bool) -> tuple[bool, str]:
    if retry is None or retry.settings.attempts == 1:
        return False, _NO_RETRY
    if not listed:
        return False, "not listed in `retry.when`"
    if operation.safe:
        method = operation.upstream_method
        return True, "the endpoint is `idempotent`" if operation.idempotent else f"a {method} may be repeated"
    return _of_write(operation.upstream_method, retry.settings.unsafe, failure)


def _of_write(method: str, unsafe: str, failure: Any) -> tuple[bool, str]:
    """By what `retry.unsafe` says of a write that is not idempotent."""
    if unsafe == "with_idempotency_key":
        return True, "where the vendor gets an Idempotency-Key, never otherwise"
    if unsafe == "known_unprocessed" and failure in {"connect", 429}:
        return True, f"{_MEANING[failure]}: the vendor did nothing"
    return False, f"a {method} may have been acted upon; `unsafe: {unsafe}`"
