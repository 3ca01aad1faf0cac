"""A parameter's schema, such that a text can be read with it: its type stands at the top, and it is not null."""

from gateway.importing.mending import Schema
from gateway.importing.reading import Node

_SCALARS = frozenset({"boolean", "integer", "number", "string"})
_NULL: Schema = {"type": "null"}
_DEEPEST = 4
_MOST_BRANCHES = 10


def single(schema: Schema) -> Schema:
    """What refers is filled in, one of several branches is chosen where the others are null, and unions of scalars
    become lists of types; anything else that has no type at the top is a text."""
    definitions = schema.get("$defs", {})
    bare = _simple({key: value for key, value in schema.items() if key != "$defs"}, definitions, 0)
    if "items" in bare and isinstance(bare["items"], dict):
        bare["items"] = _simple(bare["items"], definitions, 0)
    return {**bare, "$defs": definitions} if definitions and _refers(bare) else bare


def _simple(schema: Schema, definitions: dict[str, Schema], depth: int) -> Schema:
    if depth > _DEEPEST:
        return {"type": "string"}
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = definitions.get(reference.removeprefix("#/$defs/"), {})
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _simple({**target, **beside}, definitions, depth + 1)
    if len(schema.get("allOf", ())) == 1:
        beside = {key: value for key, value in schema.items() if key != "allOf"}
        return _simple({**schema["allOf"][0], **beside}, definitions, depth + 1)
    if "anyOf" in schema:
        return _chosen(schema, definitions, depth)
    return _not_null(schema)


def _chosen(schema: Schema, definitions: dict[str, Schema], depth: int) -> Schema:
    beside = {key: value for key, value in schema.items() if key != "anyOf"}
    written = schema["anyOf"][:_MOST_BRANCHES]
    branches = [_simple(branch, definitions, depth + 1) for branch in written if branch != _NULL]
    if len(branches) == 1:
        return _not_null({**branches[0], **beside})
    kinds = dict.fromkeys(kind for branch in branches for kind in _types(branch))
    if kinds and kinds.keys() <= _SCALARS and "type" not in beside:
        return {**beside, "type": list(kinds) if len(kinds) > 1 else next(iter(kinds))}
    return {**beside, "type": "array" if "array" in kinds else "string"}


def _not_null(schema: Schema) -> Schema:
    """A text is never null."""
    kinds = [kind for kind in _types(schema) if kind != "null"]
    found = dict(schema)
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value is not None]
    if kinds:
        found["type"] = kinds[0] if len(kinds) == 1 else kinds
    elif "properties" in found:
        found["type"] = "object"
    elif "enum" not in found and "const" not in found:
        found["type"] = "string"
    return found


def _types(schema: Schema) -> tuple[Node, ...]:
    kinds = schema.get("type", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _refers(node: Node) -> bool:
    if isinstance(node, dict):
        return "$ref" in node or any(map(_refers, node.values()))
    return isinstance(node, list) and any(map(_refers, node))
