"""Documents of hand-made endpoints, for tests; each is a valid OpenAPI 3.1 document."""

from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway import Answer, JsonSchema, Operation
from gateway.openapi import Entry, document
from gateway.openapi.entry import Told
from gateway.openapi.understood import PATIENCE
from tests.kit import operation

CONTACT: JsonSchema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
COLLECTION = "/api/v1/crm/contacts"
ITEM = "/api/v1/crm/contacts/{id}"
OK = (Answer(status=200, schema=CONTACT),)
STANDING = frozenset({"timeout", "retry"})


def entry(*policies: str, statuses: dict[int, tuple[str, ...]] | None = None, **fields: Any) -> Entry:
    declared = operation(**{"answers": OK, **fields})
    rules = tuple(Told(slug=slug, status=status) for status, slugs in (statuses or {}).items() for slug in slugs)
    return Entry(operation=declared, policies=STANDING | set(policies), rules=rules)


def written(*entries: Entry, **options: Any) -> dict[str, Any]:
    """The document, which is valid."""
    found = document("Gateway", "1.2.3", "https://gateway.example", entries, [], **options)
    OpenAPIV31SpecValidator(found).validate()
    return found


def endpoint(*policies: str, statuses: dict[int, tuple[str, ...]] | None = None, **fields: Any) -> dict[str, Any]:
    """One endpoint's part of the document, with every response in place of its reference."""
    one = entry(*policies, statuses=statuses, **fields)
    return placed(written(one), one.operation)


def placed(found: dict[str, Any], of: Operation) -> dict[str, Any]:
    told: dict[str, Any] = found["paths"][of.route][of.method.lower()]
    components = found["components"]["responses"]
    responses = {
        status: components[one["$ref"].removeprefix("#/components/responses/")] if "$ref" in one else one
        for status, one in told["responses"].items()
    }
    own = [one for one in told["parameters"] if one != PATIENCE]  # which is said of every endpoint
    return {**told, "responses": responses, "parameters": own}
