"""An operation's parameters as integrations.yaml writes them, by the place where they stand."""

from collections.abc import Iterator, Mapping

from gateway.importing.document import Document, Offered
from gateway.importing.faults import NotCarried
from gateway.importing.reading import Node
from gateway.importing.schemas import Schemas
from gateway.importing.security import key_parameters
from gateway.importing.single import single

Declared = dict[str, Node]

_OURS = frozenset({"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type"})
_OURS |= {"cookie", "expect", "host", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding"}
_OURS |= {"upgrade", "user-agent"}
"""Header fields that the gateway or a credential writes; OpenAPI describes the first few elsewhere."""

_CREDENTIALS = frozenset({"access_token", "oauth_token"})
"""A query's words for what stands in Authorization."""

_STYLES: Mapping[tuple[str, bool], str] = {
    ("form", True): "repeat",
    ("form", False): "comma",
    ("spaceDelimited", True): "repeat",
    ("spaceDelimited", False): "space",
    ("pipeDelimited", True): "repeat",
    ("pipeDelimited", False): "pipe",
}
_SIMPLE = ("simple", "form", "")


def parameters(
    operation: Offered, document: Document, schemas: Schemas, names: Mapping[str, str]
) -> dict[str, dict[str, Declared]]:
    """By `path`, `query` and `headers`; `names` are the path's parameters, and what callers call them.

    Raises NotCarried for one that is required and cannot be carried; others that cannot are left out.
    """
    found: dict[str, dict[str, Declared]] = {"path": {}, "query": {}, "headers": {}}
    keys = key_parameters(document) | {("query", name) for name in _CREDENTIALS}
    for place, name, node in _described(operation, document):
        if place == "path" and name in names:
            found["path"][names[name]] = _declared(node, schemas, place)
        elif (place, name) in keys or (place == "header" and name.lower() in _OURS):
            continue  # not for callers to say
        elif place in {"query", "header"}:
            required = node.get("required") is True
            try:
                found["query" if place == "query" else "headers"][name] = _declared(node, schemas, place)
            except NotCarried:
                if required:
                    raise
        elif place == "cookie" and node.get("required") is True:
            raise NotCarried(f"it needs the cookie `{name}`")
    return found


def _described(operation: Offered, document: Document) -> Iterator[tuple[str, str, dict[str, Node]]]:
    """Place, name and description; what the operation says goes before what its path says."""
    found: dict[tuple[str, str], dict[str, Node]] = {}
    for written in operation.parameters:
        node = document.resolved(written)
        place, name = node.get("in"), node.get("name")
        if isinstance(place, str) and isinstance(name, str) and name:
            found[place, name] = node
    yield from ((place, name, node) for (place, name), node in found.items())


def _declared(node: dict[str, Node], schemas: Schemas, place: str) -> Declared:
    if "schema" in node or not isinstance(node.get("content"), dict):
        schema = single(schemas.standing(node.get("schema", {})))
    else:
        schema = {"type": "string"}  # a whole document in a parameter is passed on as it is written
    declared = {**_noted(node, schema), **_style(node, schema, place)}
    if needed := declared.pop("required", None):  # of an object: beside a parameter, that word says something else
        declared["allOf"] = [*declared.get("allOf", ()), {"required": needed}]
    if node.get("required") is True and place != "path":
        declared["required"] = True
    return declared


def _noted(node: dict[str, Node], schema: Declared) -> Declared:
    """Nothing is sent that the caller has not said: the vendor's default is told, and not sent."""
    notes = [node.get("description"), schema.get("description")]
    text = next((note.strip() for note in notes if isinstance(note, str) and note.strip()), "")
    declared = {key: value for key, value in schema.items() if key not in {"default", "description"}}
    if "default" in schema and schema["default"] not in ("", None, [], {}):
        text = f"{text} The vendor's default is `{_written(schema['default'])}`.".strip()
    if text:
        declared["description"] = text
    if node.get("deprecated") is True:
        declared["deprecated"] = True
    return declared


def _style(node: dict[str, Node], schema: Declared, place: str) -> Declared:
    """How a list or an object is written; scalars are written in one way only."""
    style = node.get("style") if isinstance(node.get("style"), str) else ""
    kinds = _types(schema)
    if "object" in kinds:
        if place == "query" and style == "deepObject" and (parts := _scalars(schema)):
            return {"style": "deep", "properties": parts, "additionalProperties": False}
        raise NotCarried(f"its parameter `{node['name']}` is an object in a form that is not known")
    if place != "query" and style not in _SIMPLE:
        raise NotCarried(f"its parameter `{node['name']}` is written in the style `{style}`")
    if "array" not in kinds:
        return {}
    if place != "query":
        return {"style": "comma"}
    explode = node.get("explode", style in {"", "form"}) is True
    known = _STYLES.get((style or "form", explode))
    if known is None:
        raise NotCarried(f"its parameter `{node['name']}` is written in the style `{style}`")
    return {} if known == "repeat" else {"style": known}


def _scalars(schema: Declared) -> dict[str, Node]:
    """The properties, if each is one text in a query; nothing else can be told from the texts of others."""
    definitions = schema.get("$defs", {})
    parts = {
        name: single({**part, "$defs": definitions} if definitions else part)
        for name, part in schema.get("properties", {}).items()
        if not set(name) & set("[]=")
    }
    return parts if parts and all({"array", "object"}.isdisjoint(_types(part)) for part in parts.values()) else {}


def _types(schema: Declared) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _written(value: Node) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(_written, value)) if isinstance(value, list) else str(value)
