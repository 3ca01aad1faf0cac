"""Parameters of an endpoint: in its path, its query, its header fields."""

from typing import Any

from hypothesis import strategies as st

from gateway_policies.sample import NoSample, sample
from tests.contract.generated.schemas import Draw, Schema, numbers, plain, texts

QUERY = ("limit", "q", "page_size", "filter[name]", "$top", "since", "ids", "flag", "größe")
FIELDS = ("X-Zone", "X-Kind", "Prefer", "If-Match", "Accept-Language", "x-trace_id")
_BARE: Schema = {"type": "string"}


def of_path(names: list[str]) -> st.SearchStrategy[dict[str, Schema]]:
    """Some of them described; the others are any text."""
    described = st.one_of(plain().filter(_stands_in_a_path), _parts()).flatmap(_annotated)
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, described))


def _parts() -> st.SearchStrategy[Schema]:
    return st.sampled_from(
        [{"type": "string", "format": "uuid"}, {"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}]
    )


def _stands_in_a_path(schema: Schema) -> bool:
    """And is one that Schemathesis finds values for: it knows no address without a slash."""
    slashed = schema.get("format") in {"uri", "uri-reference"}
    return "" not in schema.get("enum", ()) and schema.get("maxLength") != 0 and not slashed


def of_query() -> st.SearchStrategy[dict[str, Schema]]:
    return st.dictionaries(st.sampled_from(QUERY), _query_parameter(), max_size=3)


@st.composite
def _query_parameter(draw: Draw) -> Schema:
    if draw(st.integers(0, 3)) == 0:
        return draw(_annotated(_array(draw), styles=True))
    if draw(st.integers(0, 9)) == 0:
        return {**draw(_annotated(_object(draw), optional=True)), "style": "deep"}
    return draw(_annotated(draw(plain()), optional=True))


def _array(draw: Draw) -> Schema:
    word = {"type": "string", "pattern": "^[a-z]{1,8}$"}
    items = draw(st.one_of(numbers(), st.sampled_from([word, {"type": "string", "enum": ["a", "b"]}, _BARE])))
    bounds: list[Schema] = [{}, {"maxItems": 3}, {"minItems": 1}, {"minItems": 1, "maxItems": 4}]
    return {"type": "array", "items": items, **draw(st.sampled_from(bounds))}


def _object(draw: Draw) -> Schema:
    """One level of single values, as `filter[size]=3`."""
    names = draw(st.lists(st.sampled_from(["size", "owner", "größe"]), min_size=1, unique=True))
    more: list[Schema] = [{}, {"additionalProperties": False}]
    properties = {name: draw(st.one_of(numbers(), texts())) for name in names}
    return {"type": "object", "properties": properties, **draw(st.sampled_from(more))}


def of_header() -> st.SearchStrategy[dict[str, Schema]]:
    kinds = st.one_of(texts(), numbers(), st.just({"type": "boolean"})).flatmap(
        lambda one: _annotated(one, optional=True)
    )
    return st.dictionaries(st.sampled_from(FIELDS), kinds, max_size=2)


@st.composite
def _annotated(draw: Draw, schema: Schema, *, optional: bool = False, styles: bool = False) -> Schema:
    """With the keys of our own beside it, and with what describes it."""
    found = dict(schema)
    if draw(st.integers(0, 3)) == 0:
        found["as"] = draw(st.sampled_from(["vendorName", "V-Name", "x"]))
    if draw(st.integers(0, 4)) == 0:
        found |= {"description": "What it is for", "deprecated": draw(st.booleans())}
    if styles:
        found |= draw(st.sampled_from([{}, *({"style": style} for style in ("repeat", "comma", "space", "pipe"))]))
    value = _value(schema)
    if value is not None and draw(st.integers(0, 3)) == 0:
        found["examples"] = [value]
    if (optional or styles) and draw(st.booleans()):
        found["required"] = draw(st.booleans())
    elif (optional or styles) and value not in (None, []) and draw(st.booleans()):
        found["default"] = value
    return found


def _value(schema: Schema) -> Any:
    """One that it allows, if one is found."""
    try:
        return sample(schema, 1)
    except NoSample:
        return None
