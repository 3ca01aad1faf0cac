"""Finished requests to tell observers of."""

from collections.abc import Mapping
from typing import Any

from gateway import Event, Finished
from tests.kit import operation


def finished(*events: tuple[str, Mapping[str, object]], **fields: Any) -> Finished:
    """GET crm.list_contacts, answered with 200 after 250 ms, events 10 ms apart, unless the fields say otherwise."""
    defaults: dict[str, Any] = {
        "correlation_id": "c-1",
        "operation": operation(),
        "method": "GET",
        "status": 200,
        "slug": "",
        "caller": "ann",
        "address": "127.0.0.1",
        "began": 1000.0,
        "ended": 1000.25,
        "events": [Event(1000.0 + 0.01 * index, name, detail) for index, (name, detail) in enumerate(events)],
    }
    return Finished(**{**defaults, **fields})
