"""Puts the document together: paths, components, and what is true of all of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.openapi.alike import alike
from gateway.openapi.entry import Entry
from gateway.openapi.fields import header_components
from gateway.openapi.operations import described
from gateway.openapi.problems import PROBLEM_SCHEMAS, Problems
from gateway.openapi.schemas import Schemas

_DESCRIPTION = """\
Every answer carries `X-Correlation-ID`; send your own (1 to 128 of `A-Z a-z 0-9 . _ -`) and it is kept.
Whatever goes wrong is a problem document (RFC 9457), and its `type` leads to an explanation.
What answers GET answers HEAD too, and OPTIONS tells in `Allow` what a path accepts; any other method is a 405.
"""


_KEYS: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of this gateway."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, in its own field."},
}


def document(
    title: str,
    version: str,
    public_url: str,
    entries: Sequence[Entry],
    native: Sequence[Mapping[str, Any]] = (),
    *,
    keyless: bool = True,
) -> dict[str, Any]:
    """The OpenAPI 3.1 document. `keyless`: nobody needs a key, so foreign hosts and foreign pages are refused."""
    schemas, problems = Schemas(), Problems(public_url)
    schemas.components.update(PROBLEM_SCHEMAS)
    entries = [*alike(entries)]
    siblings = _by_collection(entries)
    paths: dict[str, dict[str, Any]] = {}
    for entry in entries:
        operation = entry.operation
        written = described(entry, siblings.get(operation.route, ()), schemas)
        written["responses"] |= problems.responses(entry, keyless=keyless)
        paths.setdefault(operation.route, {})[operation.method.lower()] = written
    tags = dict.fromkeys(tag for path in paths.values() for one in path.values() for tag in one["tags"])
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": _DESCRIPTION},
        "servers": [{"url": public_url or "/"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "headers": header_components(),
            "responses": problems.components,
            **({} if keyless else {"securitySchemes": _KEYS}),
        },
        **({} if keyless else {"security": [{name: []} for name in _KEYS]}),
        "x-native-mounts": [dict(mount) for mount in native],
    }


def _by_collection(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.operation.route.rpartition("/")[0], []).append(entry)
    return found
