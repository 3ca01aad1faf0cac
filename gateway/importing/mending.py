"""What OpenAPI 3.0 says in words of its own, in those of JSON Schema; examples and defaults that do not fit go."""

from gateway.importing.keywords import NOTES
from gateway.importing.reading import Node
from gateway.importing.values import of_type, surely_fits

Schema = dict[str, Node]

_NULL: Schema = {"type": "null"}
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_MOST_EXAMPLES = 5


def mended(schema: Schema, written: Schema) -> Schema:
    """`schema` holds the keywords that could be taken over one by one, `written` is what they come from."""
    for exclusive, bound in _BOUNDS:
        if written.get(exclusive) is True and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if "oneOf" in schema:
        _united(schema)
    if "enum" in schema:
        _listed(schema, accepts_null=written.get("nullable") is True)
    if written.get("nullable") is True:
        schema = nullable(schema)
    if "default" in schema and not surely_fits(schema["default"], schema):
        del schema["default"]
    if examples := [one for one in _examples(written) if surely_fits(one, schema)][:_MOST_EXAMPLES]:
        schema["examples"] = examples
    return schema


def nullable(schema: Schema) -> Schema:
    """The schema, or null; an alternative of its own where a keyword would have to do with null, or seems to."""
    if not schema.keys() - NOTES:
        return schema
    if "enum" in schema and None not in schema["enum"]:
        schema = {**schema, "enum": [*schema["enum"], None]}
    if "type" in schema and schema.keys().isdisjoint({"allOf", "anyOf", "const", "format", "not", "$ref"}):
        kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        return {**schema, "type": list(dict.fromkeys([*kinds, "null"]))}
    if schema.keys().isdisjoint({"type", "allOf", "anyOf", "const", "not", "$ref"}):
        return schema
    notes = {key: schema[key] for key in schema if key in NOTES}
    return {**notes, "anyOf": [{key: schema[key] for key in schema if key not in NOTES}, _NULL]}


def _united(schema: Schema) -> None:
    """`oneOf` as `anyOf`; where there is one already, both hold."""
    branches = schema.pop("oneOf")
    if "anyOf" in schema:
        schema["allOf"] = [*schema.get("allOf", ()), {"anyOf": branches}]
    else:
        schema["anyOf"] = branches


def _listed(schema: Schema, *, accepts_null: bool) -> None:
    """Numbers in a list of texts are texts; a list of which nothing is of the type is a mistake."""
    kinds = schema.get("type")
    values = [_as_text(value) for value in schema["enum"]] if kinds == "string" else schema["enum"]
    fitting = [value for value in values if of_type(value, kinds) or (value is None and accepts_null)]
    if any(value is not None for value in fitting):
        schema["enum"] = fitting
    else:
        del schema["enum"]


def _as_text(value: Node) -> Node:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def _examples(written: Schema) -> list[Node]:
    several = written.get("examples")
    own = [written["example"]] if "example" in written else []
    return [*own, *(several if isinstance(several, list) else ())]
