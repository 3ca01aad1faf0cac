"""What `?all=true` answers: the items of every page, and where to go on."""

from typing import Any

from gateway.declared import Operation
from gateway.openapi.schemas import Schemas
from gateway.plan.paging import item_schema, page_schema


def all_pages(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    """The schema of that answer; its items are those of a page."""
    item = schemas.moved(item_schema(operation, page_schema(operation) or {}), operation.id, "item")
    return {
        "type": "object",
        "description": "With `all=true`: the items of all pages from this one on",
        "required": ["items", "next"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {
                "type": ["string", "null"],
                "format": "uri-reference",
                "description": "Where the rest is, in the same form; null where nothing is left",
            },
        },
    }
