"""Native mounts: the vendor's own paths, for the vendor's own SDK. An allow-list lets in; nothing is translated."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote

import msgspec

from gateway.config import IntegrationConfig, Server
from gateway.contract import Call, Handler, Kit, Reply, Stage
from gateway.declared import Operation
from gateway.errors import InvalidRequest
from gateway.headers import TO_CALLER, TO_VENDOR, USER_AGENT, crossing

ALL_TAGS = "*"
"""As an `invalidates`: a native write drops all that is cached of its integration, for who knows what it touched."""

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_TO_VENDOR = TO_VENDOR | {b"accept-encoding"}
_PATTERN = re.compile(r"(/(\*|[^*/{}]+))*(/|/\*\*)?")


def native_operations(
    integration: IntegrationConfig, server: Server, *, user_bound: bool, public_url: str
) -> Iterator[Operation]:
    """One operation an allowed method and pattern. Raises ValueError for a pattern that is none."""
    native = integration.native
    if native is None:
        return
    for allowed in native.allow:
        method, _, pattern = allowed.partition(" ")
        _checked(pattern)
        yield Operation(
            integration=integration.name,
            name="native",
            method=method,
            route=native.mount.rstrip("/") + pattern,
            upstream_method=method,
            upstream=pattern,
            base_url=(native.base_url or integration.written.base_url).rstrip("/"),
            invalidates=() if method in _READS else (ALL_TAGS,),
            user_bound=user_bound,
            native=True,
            error_format=native.error_format,
            error_body=native.error_body,
            public_url=public_url,
            response_limit=int(server.response_limit),
        )


def native_stage(operation: Operation, integration: IntegrationConfig, kit: Kit) -> Stage:
    """Takes the mount from the path, rewrites what is left, and lets only listed header fields cross."""
    native = integration.native
    assert native is not None  # noqa: S101 - an operation of a mount has one
    depth = native.mount.rstrip("/").count("/") + 1
    rewrite = rewriter(native.rewrite)

    async def cross(call: Call, forward: Handler) -> Reply:
        path, mark, query = call.target.partition("?")
        vendor = msgspec.structs.replace(
            call,
            target=rewrite("/" + "/".join(path.split("/")[depth:])) + mark + query,
            headers=(*crossing(call.headers, _TO_VENDOR), (b"user-agent", USER_AGENT)),
        )
        reply = await forward(vendor)
        return msgspec.structs.replace(reply, headers=crossing(reply.headers, TO_CALLER))

    return cross


def rewriter(rules: Mapping[str, str]) -> Callable[[str], str]:
    """Replaces a path by the first rule whose pattern it fits: `*` is one segment, `**` at the end any number of them.

    Segments are compared decoded, as they are where the allow-list lets in; what `**` stands for stays encoded as it
    came, so an encoded slash separates nothing.
    """
    compiled = tuple((_segments(pattern), template) for pattern, template in rules.items())

    def rewrite(path: str) -> str:
        if not path.isascii():
            raise InvalidRequest("a path is percent-encoded ASCII")
        raw = path.removeprefix("/").split("/")
        plain = [unquote(segment) for segment in raw]
        for pattern, template in compiled:
            if (begin := _rest(pattern, plain)) is not None:
                rest = "".join("/" + segment for segment in raw[begin:])
                return template.replace("/**", rest, 1) or "/"
        return path

    return rewrite


def _segments(pattern: str) -> list[str]:
    _checked(pattern)
    return pattern.removeprefix("/").split("/")


def _rest(pattern: list[str], plain: list[str]) -> int | None:
    """Where begins what `**` stands for; None if the path does not fit."""
    head = pattern[:-1] if pattern[-1] == "**" else pattern
    if len(plain) < len(head) or (head is pattern and len(plain) > len(head)):
        return None
    fits = all(wanted == segment or (wanted == "*" and segment) for wanted, segment in zip(head, plain, strict=False))
    return len(head) if fits else None


def _checked(pattern: str) -> None:
    if not pattern.startswith("/") or _PATTERN.fullmatch(pattern) is None:
        raise ValueError(
            f"`{pattern}` is no path pattern: `*` stands for one whole segment, `**` at the end for any number"
        )
