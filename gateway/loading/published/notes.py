"""What editors show beside a key: its default and examples, in the form in which one would write them."""

from typing import Any

import msgspec

EXTENSION = {
    "description": "Yours: the gateway ignores it. For notes, and for anchors that other places refer to.",
    "examples": ["owned by the billing team"],
}
_CHILDREN = ("properties", "patternProperties")
_CHILD = ("additionalProperties", "items", "else", "then")


def noted(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with notes at every key; `definitions` have the examples of what a key refers to."""
    if not isinstance(schema, dict):
        return schema
    found = {key: noted(value, definitions) if key in _CHILD else value for key, value in schema.items()}
    for key in _CHILDREN:
        if key in found:
            found[key] = {name: noted(value, definitions) for name, value in found[key].items()}
    _note_tags(found)
    if "$ref" in found and "description" in found and not found.get("examples"):
        found["examples"] = [example_of(definitions[found["$ref"].rpartition("/")[2]])]
    if "description" in found:
        found["markdownDescription"] = _hover(found)
    return found


def _note_tags(found: dict[str, Any]) -> None:
    """A key with one possible value means what its map means."""
    for name, key in found.get("properties", {}).items():
        if _is_tag(key) and "description" not in key:
            found["properties"][name] = {"description": found.get("description", ""), "examples": key["enum"], **key}


def example_of(definition: dict[str, Any]) -> dict[str, Any]:
    """A map made of the first example of each of its keys."""
    keys = definition.get("properties", {})
    return {name: key["enum"][0] if _is_tag(key) else key["examples"][0] for name, key in keys.items() if _shows(key)}


def _shows(key: dict[str, Any]) -> bool:
    return bool(key.get("examples")) or _is_tag(key)


def _is_tag(key: dict[str, Any]) -> bool:
    return len(key.get("enum", ())) == 1 and isinstance(key["enum"][0], str)


def _hover(schema: dict[str, Any]) -> str:
    says: str = schema["description"]
    return f"{says}\n\nDefault: `{_shown(schema['default'])}`" if "default" in schema else says


def _shown(default: Any) -> str:
    return default if isinstance(default, str) else msgspec.json.encode(default).decode().replace(",", ", ")
