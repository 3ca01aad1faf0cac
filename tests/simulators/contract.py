"""An answer held against the vendor's OpenAPI 3.0 document: the schema of its status, and no unknown name."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from jsonschema import Draft4Validator

from tests.simulators.wire import Json, JsonObject


@cache
def _document(path: Path) -> JsonObject:
    document: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    converted: JsonObject = _json_schema(document, document["components"]["schemas"])
    return converted


def complaints(path: Path, method: str, target: str, status: int, body: bytes) -> list[str]:
    """What the document holds against this answer; the operation is found by the path that was asked."""
    document = _document(path)
    responses = _operation(document, method, target.partition("?")[0])["responses"]
    described = responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")
    if described is None:
        return [f"status {status} is not documented"]
    content = described.get("content", {}).get("application/json")
    if content is None:
        return ["a body where none is documented"] if body else []
    schema = {**content["schema"], "components": document["components"]}
    if "$ref" in content["schema"]:  # in this draft a $ref hides what stands beside it
        schema = {"allOf": [content["schema"]], "components": document["components"]}
    value = json.loads(body)
    found = [f"{error.json_path}: {error.message}" for error in Draft4Validator(schema).iter_errors(value)]
    return found + sorted(_unknown(document, content["schema"], value, "$"))


def _operation(document: JsonObject, method: str, path: str) -> JsonObject:
    """A path without placeholders wins over one with."""
    for template in sorted(document["paths"], key=lambda text: text.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in document["paths"][template]:
            operation: JsonObject = document["paths"][template][method.lower()]
            return operation
    raise LookupError(f"{method} {path} is not documented")


def _unknown(document: JsonObject, schema: JsonObject, value: Json, place: str) -> set[str]:
    """Properties without a description, where the schema describes any and has no alternatives."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list) and "items" in schema:
        return {text for item in value for text in _unknown(document, schema["items"], item, f"{place}[*]")}
    known = schema.get("properties")
    if not isinstance(value, dict) or not known:
        return set()
    strange = {f"{place}.{name} is not documented" for name in value if name not in known and name != "@odata.context"}
    inner = [_unknown(document, known[name], item, f"{place}.{name}") for name, item in value.items() if name in known]
    return strange.union(*inner)


def _json_schema(node: Json, schemas: JsonObject) -> Json:
    """OpenAPI 3.0 said in the words of JSON Schema."""
    if isinstance(node, list):
        return [_json_schema(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {name: _json_schema(item, schemas) for name, item in node.items()}
    if changed.pop("nullable", None) is True and isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
        if "enum" in changed:
            changed["enum"] = [*changed["enum"], None]
    if any(_is_stub(choice, schemas) for choice in node.get("oneOf", ())):
        changed["anyOf"] = changed.pop("oneOf")
    return changed


def _is_stub(choice: JsonObject, schemas: JsonObject) -> bool:
    """Cut down to a bare type when the document was reduced: several such fit one value, so "exactly one" is lost."""
    schema = schemas.get(str(choice.get("$ref")).rpartition("/")[2], choice)
    return set(schema) <= {"type"}
