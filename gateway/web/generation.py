"""One generation of the gateway: what a loaded config serves, as a whole, until the next one takes its place."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from gateway.contract import Handler, Headers
from gateway.declared import Operation
from gateway.plan import Plan, bind
from gateway.web.entrance import Entrance
from gateway.web.intake import Door
from gateway.web.routing import PARAMETER, REST, RouteTable

Asgi = Any
"""An ASGI application; its messages are open dicts, so there is no narrower type worth having."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A bound plan as the edge needs it: names of its path parameters, and fields that all of its answers carry.

    What has a body comes by the `entrance`, where there is one.
    """

    id: str
    operation: Operation
    handle: Handler
    names: tuple[str, ...]
    fields: Headers
    private: bool
    entrance: Entrance | None = None
    uploads: bool = False

    @classmethod
    def of(cls, plan: Plan, send: Handler) -> "Endpoint":
        operation = plan.operation
        return cls(
            id=operation.id,
            operation=operation,
            handle=bind(plan, send),
            entrance=Entrance.of(plan, send),
            names=tuple(segment[1:-1] for segment in operation.route.split("/") if segment.startswith("{")),
            fields=tuple(_fields(plan)),
            private=operation.user_bound,
            uploads=operation.uploads,
        )


class Generation:
    """What serves now; all answers carry its `fields`."""

    __slots__ = ("door", "fields", "public_url", "site", "table")

    def __init__(
        self, endpoints: Iterable[Endpoint], site: Asgi, door: Door, public_url: str, fields: Headers = ()
    ) -> None:
        self.fields = fields
        self.table = RouteTable(_routes(tuple(endpoints)))
        self.site = site
        self.door = door
        self.public_url = public_url


def pattern(route: str) -> tuple[str, ...]:
    """The segments of a route template, as the route table wants them."""
    return tuple(_segment(segment) for segment in route.removeprefix("/").split("/"))


def _segment(segment: str) -> str:
    if segment.startswith("{") or segment == "*":
        return PARAMETER
    return REST if segment == "**" else segment


def _routes(endpoints: Sequence[Endpoint]) -> Iterable[tuple[str, tuple[str, ...], Endpoint]]:
    """HEAD is answered as GET is, unless an endpoint of its own is declared for it."""
    for endpoint in endpoints:
        yield endpoint.operation.method, pattern(endpoint.operation.route), endpoint
    for endpoint in endpoints:
        if endpoint.operation.method == "GET":
            yield "HEAD", pattern(endpoint.operation.route), endpoint


SANDBOX = (b"content-security-policy", b"sandbox; default-src 'none'")
"""What a vendor calls a page must not run as one of ours."""


def _fields(plan: Plan) -> Iterable[tuple[bytes, bytes]]:
    """RFC 9745 and RFC 8594 for what is going away, and the mark of what never reached a vendor."""
    operation = plan.operation
    yield SANDBOX
    if plan.stubbed:
        yield b"gateway-stub", b"true"
    if operation.deprecated:
        yield b"deprecation", b"@0"
    if operation.sunset is not None:
        yield b"sunset", _http_date(operation.sunset)


def _http_date(day: str) -> bytes:
    return format_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC), usegmt=True).encode()


def allow_of(methods: frozenset[str]) -> bytes:
    """The value of Allow for a path that accepts these methods."""
    return ", ".join(sorted(methods | {"OPTIONS"})).encode()
