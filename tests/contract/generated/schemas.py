"""JSON Schemas that something satisfies: of one value, of a body, of an answer."""

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Draw = st.DrawFn

NAMES = ("name", "email", "size", "tags", "owner", "price", "active", "id", "@odata.type", "first name", "größe")
FORMATS = ("date-time", "date", "uuid", "hostname", "ipv4", "ipv6", "uri", "uri-reference")
"""No `email`: a lone quotation mark before the `@` is one to Schemathesis and none to RFC 5321.

No `time`: to the validator of documents it has no offset, to RFC 3339 it must have one.
"""
PATTERNS = (
    "^[a-z]{3,8}$",
    "^AC[0-9a-f]{6}$",
    r"^\+[1-9][0-9]{6,14}$",
    "^[A-Z][A-Za-z ]*$",
    "^(red|green)-[0-9]+$",
    "x",
)
WORDS = ("open", "closed", "in progress", "n/a", "yes", "null", "7", "")
_DEEPEST = 2


@st.composite
def _length(draw: Draw) -> Schema:
    low, span = draw(st.integers(0, 4)), draw(st.integers(0, 30))
    return draw(
        st.sampled_from(
            [{}, {"minLength": low}, {"maxLength": low + span}, {"minLength": low, "maxLength": low + span}]
        )
    )


def texts() -> st.SearchStrategy[Schema]:
    narrowed = st.one_of(
        _length(),
        st.sampled_from(FORMATS).map(lambda name: {"format": name}),
        st.sampled_from(PATTERNS).map(lambda pattern: {"pattern": pattern}),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map(lambda words: {"enum": words}),
    )
    return narrowed.map(lambda more: {"type": "string", **more})


@st.composite
def numbers(draw: Draw) -> Schema:
    kind = draw(st.sampled_from(["integer", "number"]))
    low, span = draw(st.integers(-50, 50)), draw(st.integers(4, 500))
    bounds: Schema = draw(
        st.sampled_from(
            [
                {},
                {"minimum": low},
                {"maximum": low},
                {"minimum": low, "maximum": low + span},
                {"exclusiveMinimum": low, "exclusiveMaximum": low + span},
            ]
        )
    )
    step: Schema = draw(
        st.sampled_from(
            [{}, {}, {"multipleOf": 2}, {"multipleOf": 0.5}] if kind == "number" else [{}, {"multipleOf": 2}]
        )
    )
    return {"type": kind, **bounds, **step}


def plain() -> st.SearchStrategy[Schema]:
    """Of a single value that is no null."""
    fixed = st.sampled_from(
        [{"type": "boolean"}, {"const": "fixed"}, {"const": 3}, {"enum": [1, 2, 3]}, {"enum": ["a", "b"]}]
    )
    return st.one_of(texts(), numbers(), fixed)


def _nullable(schema: Schema) -> Schema:
    if not isinstance(schema.get("type"), str) or not {"enum", "format"}.isdisjoint(schema):  # see importing/mending
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def leaves() -> st.SearchStrategy[Schema]:
    return st.one_of(plain(), plain().map(_nullable), plain().map(_described), st.sampled_from([{"type": "null"}, {}]))


def _described(schema: Schema) -> Schema:
    return {**schema, "title": "A value", "description": "It says something.", "deprecated": True}


def values(depth: int = 0) -> st.SearchStrategy[Schema]:
    """Of anything, down to a few levels."""
    if depth >= _DEEPEST:
        return leaves()
    inner = st.deferred(lambda: values(depth + 1))
    return st.one_of(leaves(), leaves(), objects(depth + 1), arrays(inner), _choices())


@st.composite
def arrays(draw: Draw, items: st.SearchStrategy[Schema]) -> Schema:
    schema: Schema = {"type": "array", "items": draw(items)}
    low, span = draw(st.integers(0, 2)), draw(st.integers(0, 5))
    bounds: list[Schema] = [{}, {}, {"maxItems": low + span}, {"minItems": low, "maxItems": low + span}]
    schema |= draw(st.sampled_from(bounds))
    if "minItems" not in schema and draw(st.integers(0, 5)) == 0:
        schema["uniqueItems"] = True
    return schema


@st.composite
def _choices(draw: Draw) -> Schema:
    kinds: list[Schema] = [
        {"type": "string", "maxLength": 9},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "null"},
    ]
    count = draw(st.integers(1, 3))
    return {draw(st.sampled_from(["oneOf", "anyOf"])): draw(st.permutations(kinds))[: count + 1]}


@st.composite
def objects(draw: Draw, depth: int = 0) -> Schema:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    inner = values(depth)
    schema: Schema = {"type": "object", "properties": {name: draw(inner) for name in names}}
    required = [name for name in names if draw(st.booleans())]
    if required:
        schema["required"] = required
    more: list[Schema] = [{}, {}, {"additionalProperties": False}, {"additionalProperties": {"type": "string"}}]
    more += [{"additionalProperties": True, "propertyNames": {"maxLength": 20}}]
    schema |= draw(st.sampled_from(more))
    if len(names) > 1 and draw(st.integers(0, 6)) == 0:
        schema["dependentRequired"] = {names[0]: [names[1]]}
    if names and draw(st.integers(0, 8)) == 0:
        schema["minProperties"] = 1
    return schema


@st.composite
def _variants(draw: Draw) -> Schema:
    """Objects of two kinds, told apart by a constant."""
    one, other = draw(objects(1)), draw(objects(1))
    branches = []
    for word, schema in (("one", one), ("other", other)):
        told = {**schema["properties"], "kind": {"const": word}}
        branches.append({**schema, "properties": told, "required": [*schema.get("required", []), "kind"]})
    return {draw(st.sampled_from(["oneOf", "anyOf"])): branches}


@st.composite
def _joined(draw: Draw) -> Schema:
    one, other = draw(objects(1)), {"type": "object", "properties": {"extra": {"type": "integer"}}}
    one = {key: part for key, part in one.items() if key not in {"additionalProperties", "propertyNames"}}
    return {"allOf": [one, {**other, "required": ["extra"]}]}


def _tree(leaf: Schema) -> Schema:
    children = {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 3}
    node = {"type": "object", "properties": {"value": leaf, "children": children}, "required": ["value"]}
    return {"$ref": "#/$defs/node", "$defs": {"node": node}}


@st.composite
def _referring(draw: Draw) -> Schema:
    """A definition used twice, in the words of OpenAPI documents."""
    part = draw(objects(1))
    properties = {"first": {"$ref": "#/$defs/part"}, "all": {"type": "array", "items": {"$ref": "#/$defs/part"}}}
    return {"type": "object", "properties": properties, "required": ["first"], "$defs": {"part": part}}


_PAIR: Schema = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}
"""Not in an answer: there Schemathesis mistakes `prefixItems` for the `items` of older drafts."""


def wholes() -> st.SearchStrategy[Schema]:
    """Of a whole body or answer: an object, mostly."""
    rare = st.one_of(_variants(), _joined(), leaves().map(_tree), _referring(), arrays(values(1)), plain())
    return st.one_of(objects(), objects(), rare)


def bodies() -> st.SearchStrategy[Schema]:
    """Of a request's body."""
    return st.one_of(wholes(), wholes(), st.just(_PAIR))
