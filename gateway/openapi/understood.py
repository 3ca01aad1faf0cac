"""Header fields of requests that the gateway itself reads: callers of any endpoint may send them."""

from collections.abc import Iterator
from typing import Any

from gateway.openapi.entry import Entry

PATIENCE: dict[str, Any] = {
    "name": "X-Request-Timeout",
    "in": "header",
    "description": "The seconds that you wait at most, where the endpoint would take longer",
    "schema": {"type": "number", "exclusiveMinimum": 0},
}
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A new one for each thing to be done, and the same when you ask again for the same thing",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}


def understood(entry: Entry) -> Iterator[dict[str, Any]]:
    """Those of an endpoint that it does not declare itself."""
    declared = {one.name.lower() for one in entry.operation.parameters if one.place == "header"}
    if KEY["name"].lower() not in declared and entry.takes_keys:
        yield {**KEY, "required": True} if entry.asks_for_keys else KEY
    if PATIENCE["name"].lower() not in declared:
        yield PATIENCE
