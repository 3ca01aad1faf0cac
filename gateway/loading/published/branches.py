"""Unions such that every validator knows which branch was meant: it tells one reason, and no list of alternatives.

`anyOf` becomes one schema where its branches are of different types, else a chain of `if`s; a union told apart by a
key becomes an `if` for each word of that key.
"""

from typing import Any

from gateway.loading.published.keywords import STANDING
from gateway.loading.published.snippets import ways_to_fill_in

OR_NULL = "OrNull"
"""Ends the name of a definition that `null` may replace."""

REFERENCE = {"type": "string", "pattern": r"\$\{"}
"""A value from outside. It has no description: editors would show that at every key."""

_MEANT_OUTSIDE = {"$ref": "#/$defs/Reference"}
_NULL = {"type": "null"}
_NOTES = ("description", "default", "examples")


def opened(schema: Any, parts: dict[str, Any]) -> Any:
    """The schema, with a reference allowed wherever a plain value is bound to something."""
    if not isinstance(schema, dict):
        return schema
    notes = {key: schema[key] for key in _NOTES if key in schema}
    rules = {key: value for key, value in schema.items() if key not in notes}
    branches = [rules] if "discriminator" in rules else rules.get("anyOf", [rules])
    rules = _choice([_inside(branch, parts) for branch in branches])
    if "default" in notes and rules.get("type") == "string":
        rules = {"if": _MEANT_OUTSIDE, "else": rules}  # editors fill in whatever has a type and a default
    return {**notes, **rules}


def _inside(rules: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """What stands in a map or list, opened too; a JSON Schema is known by its title."""
    title, rules = rules.get("title"), {key: value for key, value in rules.items() if key != "title"}
    if "discriminator" in rules:
        return _tagged(rules, parts)
    if title in STANDING:
        return {"$ref": f"#/$defs/{STANDING[title]}"}
    for key in ("items", "additionalProperties"):
        if key in rules:
            rules[key] = opened(rules[key], parts)
    if "properties" in rules:
        rules["properties"] = {name: opened(value, parts) for name, value in rules["properties"].items()}
    return rules


def _choice(branches: list[dict[str, Any]]) -> dict[str, Any]:
    real = [branch for branch in branches if branch != _NULL]
    rules = _merged(real)
    if len(real) < len(branches):
        rules = _or_null(rules)
    words = [word for branch in real for word in branch.get("enum", ())]
    if any(map(_bound, real)) and {"type": "string"} not in real:
        rules = {"if": _MEANT_OUTSIDE, "else": rules}
    if len(words) > 1:
        rules["defaultSnippets"] = [{"label": str(word), "body": word} for word in words]
    return rules


def _bound(branch: dict[str, Any]) -> bool:
    """Whether a text that is filled in later could break it; a word without a choice decides about others."""
    if "enum" in branch:
        return len(branch["enum"]) > 1 or not isinstance(branch["enum"][0], str)
    return branch.get("type") in {"boolean", "integer", "number"} or "pattern" in branch


def _merged(branches: list[dict[str, Any]]) -> dict[str, Any]:
    """Keywords speak of one type each, so branches of different types stand in one schema; an enum speaks of all."""
    listed = [branch for branch in branches if "enum" in branch]
    others = [branch for branch in branches if "enum" not in branch]
    if not others or len(branches) == 1:
        return dict(branches[0])
    types = list(dict.fromkeys(branch["type"] for branch in others))
    flat = {key: value for branch in others for key, value in branch.items() if key not in _NOTES}
    flat["type"] = types if len(types) > 1 else types[0]
    return {"if": {"type": flat["type"]}, "then": flat, "else": _merged(listed)} if listed else flat


def _or_null(rules: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in rules:
        return {**rules, "$ref": rules["$ref"] + OR_NULL}
    if "enum" in rules:
        return {**rules, "enum": [*rules["enum"], None]}
    if "if" in rules:
        return {**rules, "else": _or_null(rules["else"])}
    kinds = rules["type"] if isinstance(rules["type"], list) else [rules["type"]]
    return {**rules, "type": [*kinds, "null"]}


def _tagged(rules: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """A map whose other keys depend on one: until that is written, each way is offered as a whole."""
    key, places = rules["discriminator"]["propertyName"], rules["discriminator"]["mapping"]
    ways = {tag: parts[place.rpartition("/")[2]] for tag, place in places.items()}
    word = {
        "description": "Which way is meant; the other keys depend on it.",
        "examples": [next(iter(places))],
        "enum": list(places),
        "markdownEnumDescriptions": [way.get("description", "") for way in ways.values()],
        "defaultSnippets": [
            {"label": tag, "body": tag, "description": way.get("description", "")} for tag, way in ways.items()
        ],
    }
    meant = [
        {"if": {"type": "object", "properties": {key: {"const": tag}}, "required": [key]}, "then": {"$ref": place}}
        for tag, place in places.items()
    ]
    offered = {"if": {"type": "object", "required": [key]}, "else": {"defaultSnippets": ways_to_fill_in(key, ways)}}
    return {"type": "object", "properties": {key: word}, "required": [key], "allOf": [*meant, offered]}
