"""What tells that two writes are the same: whose key it is, what was asked, and the key that the vendor gets."""

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator

import msgspec

from gateway import Call, Operation
from gateway.errors import IdempotencyKeyMissing, InvalidRequest, Violation

FIELD = b"idempotency-key"
NAME = "Idempotency-Key"
_KEY = re.compile(rb"[!-~](?:[ -~]{0,253}[!-~])?")


class Asked(msgspec.Struct, frozen=True):
    """A write that has a key: `name` finds what is known of it, `print` tells whether it is the same request.

    `given` says that the caller gave the key, `vendor_key` is the one to send instead of it.
    """

    name: str
    print: bytes
    given: bool
    vendor_key: bytes


def reader(operation: Operation, *, required: bool, by_body: bool) -> Callable[[Call], Asked | None]:
    """Reads what a call asks; None for a write that may be done as often as it comes.

    A caller's keys are his own: endpoint, caller and the user whom he acts for are part of the name. A body that is
    uploaded as a stream is not part of the print, since it is gone once it was sent.
    """
    endpoint = operation.id

    def read(call: Call) -> Asked | None:
        key = _given(call)
        if key is None and required:
            raise IdempotencyKeyMissing("every request here needs a key of its own; a repeat has the same one again")
        if key is None and not (by_body and isinstance(call.body, bytes)):
            return None
        printed = _print(call)
        user = call.caller.user or ""
        kind = "body" if key is None else "header"
        scope = _digest(endpoint, call.caller.id, user, kind, printed if key is None else key)
        return Asked(f"idempotency/{scope.hex()}", printed, key is not None, _vendor_key(scope))

    return read


def with_vendor_key(call: Call, asked: Asked) -> Call:
    """The call with a key of ours in the place of the caller's, which another caller may use as well.

    All callers look like one to the vendor: two keys that mean nothing to each other here must not meet there.
    """
    headers = tuple((name, asked.vendor_key if name == FIELD else value) for name, value in call.headers)
    return msgspec.structs.replace(call, headers=headers)


def takes_key(operation: Operation) -> bool:
    """Whether the vendor is sent the key, and so tells a repeat from a second request by himself."""
    return any(True for _ in _declared(operation))


def vendor_fields(operation: Operation) -> frozenset[bytes]:
    """Under which names the vendor may find a key."""
    return frozenset({FIELD, *_declared(operation)})


def _declared(operation: Operation) -> Iterator[bytes]:
    for one in operation.parameters:
        if one.place == "header" and one.name.lower() == NAME.lower():
            yield one.vendor.lower().encode()


def _given(call: Call) -> bytes | None:
    found = [value for name, value in call.headers if name == FIELD]
    if not found:
        return None
    if len(found) > 1:
        raise _refused("given more than once")
    if _KEY.fullmatch(found[0]) is None:
        raise _refused("expected 1 to 255 printable ASCII characters, such as a UUID")
    return found[0]


def _refused(detail: str) -> InvalidRequest:
    return InvalidRequest(f"header `{NAME}`: {detail}", violations=[Violation("header", detail, name=NAME)])


def _print(call: Call) -> bytes:
    body = call.body if isinstance(call.body, bytes) else None
    return _digest(call.method, sorted(call.path.items()), call.query, body)


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()


def _vendor_key(scope: bytes) -> bytes:
    """As a UUID, which vendors take who take any; the same for each repeat, in every process."""
    return str(uuid.UUID(bytes=scope[:16], version=5)).encode()
