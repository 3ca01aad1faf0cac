"""Native mounts: the vendor's own paths, for the vendor's own SDK. An allow-list lets in; nothing is translated."""

import re
from collections.abc import Callable, Iterator, Mapping

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
_PATTERN = re.compile(r"(/(\*\*?|[^*/{}]+))*/?")


def native_operations(integration: IntegrationConfig, server: Server, public_url: str) -> Iterator[Operation]:
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
    mount = native.mount.rstrip("/")
    rewrite = rewriter(native.rewrite)

    async def cross(call: Call, forward: Handler) -> Reply:
        path, mark, query = call.target.partition("?")
        vendor = msgspec.structs.replace(
            call,
            target=rewrite(path.removeprefix(mount)) + mark + query,
            headers=(*crossing(call.headers, _TO_VENDOR), (b"user-agent", USER_AGENT)),
        )
        reply = await forward(vendor)
        return msgspec.structs.replace(reply, headers=crossing(reply.headers, TO_CALLER))

    return cross


def rewriter(rules: Mapping[str, str]) -> Callable[[str], str]:
    """Replaces a path by the first rule whose pattern it fits: `*` is one segment, `**` any number of them.

    Works on raw segments: an encoded slash separates nothing and what is encoded stays as it is.
    """
    compiled = tuple((_compiled(pattern), template) for pattern, template in rules.items())

    def rewrite(path: str) -> str:
        if not path.isascii():
            raise InvalidRequest("a path is percent-encoded ASCII")
        for pattern, template in compiled:
            if (found := pattern.fullmatch(path)) is not None:
                return template.replace("/**", found.groupdict().get("rest") or "", 1) or "/"
        return path

    return rewrite


def _compiled(pattern: str) -> re.Pattern[str]:
    _checked(pattern)
    parts = ("(?P<rest>(?:/.*)?)" if part == "**" else "/[^/]+" if part == "*" else "/" + re.escape(part)
             for part in pattern.removeprefix("/").split("/"))  # fmt: skip
    return re.compile("".join(parts))


def _checked(pattern: str) -> None:
    if not pattern.startswith("/") or _PATTERN.fullmatch(pattern) is None:
        raise ValueError(f"`{pattern}` is no path pattern: `*` stands for one whole segment, `**` for any number")
