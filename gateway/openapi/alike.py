"""Two templates that differ in nothing but the names of their parameters are one path: the first one's names hold."""

from collections.abc import Iterator, Sequence

import msgspec

from gateway.declared import Operation
from gateway.openapi.entry import Entry


def alike(entries: Sequence[Entry]) -> Iterator[Entry]:
    """OpenAPI knows no two paths with the same shape; a link, too, names the parameters that the document knows."""
    known: dict[str, str] = {}
    for entry in entries:
        route = known.setdefault(_shape(entry.operation.route), entry.operation.route)
        if route == entry.operation.route:
            yield entry
        else:
            yield msgspec.structs.replace(entry, operation=_renamed(entry.operation, route))


def _shape(route: str) -> str:
    return "/".join("{}" if segment.startswith("{") else segment for segment in route.split("/"))


def _renamed(operation: Operation, route: str) -> Operation:
    pairs = zip(operation.route.split("/"), route.split("/"), strict=True)
    names = {ours[1:-1]: theirs[1:-1] for ours, theirs in pairs if ours.startswith("{")}
    parameters = tuple(
        msgspec.structs.replace(one, name=names[one.name]) if one.place == "path" else one
        for one in operation.parameters
    )
    return msgspec.structs.replace(operation, route=route, parameters=parameters)
