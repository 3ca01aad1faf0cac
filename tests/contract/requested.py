"""Whether a request is one that the OpenAPI document allows, read a second time and not as the gateway does.

Schemathesis makes requests that fit and requests that do not; where it is mistaken about which is which, this tells.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from tests.contract.documented import broken, operation_at, resolved

_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_Told = Mapping[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """One request: `path` with its query, `headers` by lower-case name, `body` None where none was sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


def allowed(document: _Told, asked: Asked) -> bool:
    """Whether parameters and body fit; header fields that the document does not speak of are no matter."""
    found = operation_at(document, asked.method, asked.path)
    if found is None:
        return False
    template, operation = found
    told = [resolved(document, one) for one in operation.get("parameters", ())]
    texts = {(place, name): values for place, name, values in _given(template, asked, told)}
    known = {one["name"] for one in told if one["in"] == "query"}
    if any(place == "query" and name not in known for place, name in texts):
        return False
    return all(_fits(document, one, texts.get((one["in"], _key(one)))) for one in told) and _body(
        document, operation, asked
    )


def _key(told: _Told) -> str:
    name: str = told["name"]
    return name.lower() if told["in"] == "header" else name


def _given(template: str, asked: Asked, told: list[_Told]) -> Iterator[tuple[str, str, list[str]]]:
    address = urlsplit(asked.path)
    for segment, text in zip(template.split("/"), address.path.split("/"), strict=False):
        if segment.startswith("{"):
            yield "path", segment[1:-1], [unquote(text)]
    pairs = parse_qsl(address.query, keep_blank_values=True)
    deep = [one["name"] for one in told if one.get("style") == "deepObject"]
    for name in dict.fromkeys(name for name, _ in pairs):
        within = next((one for one in deep if name.startswith(f"{one}[") and name.endswith("]")), None)
        bare = f"{name} without brackets" if name in deep else name  # which nobody knows
        yield "query", within or bare, [value for other, value in pairs if other == name]
    for name, value in asked.headers.items():
        yield "header", name, [value]


def _fits(document: _Told, told: _Told, texts: list[str] | None) -> bool:
    if texts is None:
        return not told.get("required", False)
    if told.get("style") == "deepObject":
        return True
    schema = resolved(document, told["schema"])
    if "array" in _kinds(schema):
        return not broken(document, told["schema"], [*_items(document, told, schema, texts)])
    return len(texts) == 1 and any(not broken(document, told["schema"], value) for value in _readings(texts[0], schema))


def _items(document: _Told, told: _Told, schema: _Told, texts: list[str]) -> Iterator[Any]:
    if not told.get("explode", True) and len(texts) == 1:
        texts = texts[0].split(_SEPARATORS[told.get("style", "form")])
    for text in texts:
        items = schema.get("items", {})
        fitting = (value for value in _readings(text, items) if not broken(document, items, value))
        yield next(fitting, text)


def _kinds(schema: _Told) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _readings(text: str, schema: _Told) -> Iterator[Any]:
    """What a text may stand for: itself, or the number, truth value or null that it spells.

    To JSON Schema `30.0` is an integer; in a text, where only integers are wanted, it is a number too many.
    """
    yield text
    try:
        value = json.loads(text)
    except ValueError:
        return
    whole = isinstance(value, float) and value.is_integer() and "number" not in json.dumps(schema)
    if not isinstance(value, str | list | dict) and not whole:
        yield value


def _body(document: _Told, operation: _Told, asked: Asked) -> bool:
    told = operation.get("requestBody")
    if told is None:
        return not asked.body
    told = resolved(document, told)
    if not asked.body:
        return not told.get("required", False)
    kind = asked.headers.get("content-type", "").partition(";")[0].strip()
    media = told["content"].get(kind, told["content"].get("*/*"))
    if media is None:
        return False
    if "schema" not in media or kind != "application/json":
        return True
    try:
        return not broken(document, media["schema"], json.loads(asked.body))
    except ValueError:
        return False
