"""What editors offer to fill in as a whole: an integration of each kind, an endpoint, an error rule, each policy."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

_REFERENCE = re.compile(r"\$\{([^}]*)\}")

_READ = {"route": "GET /contacts/{id}", "summary": "Get a contact", "response": {"type": "object"}}
_WRITE = {
    "route": "POST /contacts",
    "summary": "Create a contact",
    "body": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "responses": {"201": {"schema": {"type": "object"}}},
}
_FORM = {
    "route": "POST /messages",
    "upstream": "POST /Messages.json",
    "summary": "Send a message",
    "body": {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}}},
    "send": {"encode": "form", "rename": {"to": "To"}},
    "responses": {"201": {"schema": {"type": "object"}}},
}
_REFUSED_KEY = {"when": {"status": [401, 403]}, "as": "auth_failed"}
_BEARER = {
    "title": "CRM",
    "base_url": "https://api.crm.example",
    "credential": {"use": "bearer", "token": "${CRM_API_KEY}"},
    "errors": [_REFUSED_KEY],
    "endpoints": {"get_contact": _READ},
}
_BASIC = {
    "title": "Messages",
    "base_url": "https://api.messages.example",
    "credential": {"use": "basic", "username": "${MESSAGES_API_KEY}", "password": "${MESSAGES_API_SECRET}"},
    "errors": [_REFUSED_KEY],
    "endpoints": {"send_message": _FORM},
}
_OPENAPI = {
    "title": "CRM",
    "base_url": "https://api.crm.example",
    "credential": {"use": "bearer", "token": "${CRM_API_KEY}"},
    "openapi": {"document": "specs/crm.json", "operations": ["listContacts"]},
}
INTEGRATIONS = {
    "integration: JSON with a bearer token": ("A vendor that speaks JSON and takes a token.", "crm", _BEARER),
    "integration: forms with name and password": (
        "A vendor that reads forms and takes a password.",
        "messages",
        _BASIC,
    ),
    "integration: from an OpenAPI document": ("Endpoints out of the vendor's own document.", "crm", _OPENAPI),
}
ENDPOINTS = {
    "endpoint: read": ("A call that reads.", "get_contact", _READ),
    "endpoint: write": ("A call that sends a JSON body.", "create_contact", _WRITE),
}


def with_snippets(definitions: dict[str, Any]) -> None:
    """Puts them where they are wanted: in the maps and lists that hold such things."""
    definitions["Document"]["properties"]["integrations"]["defaultSnippets"] = _snippets(INTEGRATIONS)
    definitions["Integration"]["properties"]["endpoints"]["defaultSnippets"] = _snippets(ENDPOINTS)
    policies = definitions["Policies"]["properties"]
    for level in ("Policies", "Integration", "Endpoint"):
        definitions[level]["defaultSnippets"] = [*_of_policies(policies)]
    for policy in policies.values():
        _in_list(policy, definitions)


def ways_to_fill_in(key: str, ways: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The branches of a union by their word after `key`."""
    return [
        {"label": f"{key}: {tag}", "description": way.get("description", ""), "body": {key: tag, **body(_needed(way))}}
        for tag, way in ways.items()
    ]


def _needed(way: dict[str, Any]) -> dict[str, Any]:
    """The first example of each key that has to be there."""
    keys, required = way["properties"].items(), way.get("required", ())
    return {name: rules["examples"][0] for name, rules in keys if name in required and "examples" in rules}


def _snippets(offered: dict[str, tuple[str, str, Any]]) -> list[dict[str, Any]]:
    """Things with a name, which is the first to be filled in."""
    return [
        {"label": label, "description": says, "body": {f"${{1:{name}}}": body(value, count(2))}}
        for label, (says, name, value) in offered.items()
    ]


def _of_policies(policies: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, policy in policies.items():
        for example in policy.get("examples", ()):
            yield {
                "label": f"{name}: {_gist(example)}",
                "description": policy.get("description", ""),
                "body": {name: body(example)},
            }


def _in_list(policy: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Where a policy is a list of maps, each of its examples is one of these."""
    item = policy.get("items", {}).get("$ref")
    if item:
        definition = definitions[item.rpartition("/")[2]]
        definition["defaultSnippets"] = [
            {"label": _gist(example), "description": definition.get("description", ""), "body": body(example[0])}
            for example in policy.get("examples", ())
        ]


def _gist(example: Any) -> str:
    """An example in a few words."""
    if isinstance(example, list):
        return _gist(example[0])
    return ", ".join(example) if isinstance(example, dict) else _text(example)


def body(value: Any, stops: Iterator[int] | None = None) -> Any:
    """The value with a place to fill in for each scalar; a reference keeps its braces, and is quoted."""
    stops = stops or count(1)
    if isinstance(value, dict):
        return {key: body(item, stops) for key, item in value.items()}
    if isinstance(value, list):
        return [body(item, stops) for item in value]
    reference = _REFERENCE.fullmatch(_text(value))
    if reference:
        return f'"\\${{${{{next(stops)}:{reference[1]}}}\\}}"'
    return f"${{{next(stops)}:{_text(value).replace('}', chr(92) + '}')}}}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
