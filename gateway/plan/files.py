"""Files in a body that goes out in parts: base64 in the caller's JSON, which its schema then also says."""

from typing import Any

from gateway.units import JsonSchema

BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
"""JSON Schema only notes an encoding: the pattern is what a body is held to, and what callers can read."""


def with_base64(schema: JsonSchema) -> JsonSchema:
    """The schema, where each text of base64 has to be one."""
    found: JsonSchema = _held(schema)
    return found


def _held(node: Any) -> Any:
    if isinstance(node, list):
        return [_held(part) for part in node]
    if not isinstance(node, dict):
        return node
    held = {key: _held(part) for key, part in node.items()}
    return {"pattern": BASE64, **held} if node.get("contentEncoding") == "base64" else held
