"""The JSON Schema of the file as a reader of its own: it finds every mistake, where msgspec stops at the first.

Three keywords are replaced. A union is followed into the branch that was meant, so that its errors are that branch's
own; missing and unknown keys are told one by one; a value with a unit is read as the unit itself reads it.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, ValidationError, validators

from gateway.loading.naming import shown
from gateway.loading.plain import Plain
from gateway.loading.scalars import INTEGER
from gateway.registry import Written
from gateway.units import UNITS

_UNITS = {kind.__name__: kind for kind in UNITS}
_WORDS = {
    "array": "a list",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a map",
    "string": "text",
    "Duration": "a duration with a unit, such as `10s`",
    "Size": "a size with a unit, such as `10MiB`",
    "Percentage": "a percentage, such as `20%`",
    "Secret": "text",
}


def _is_integer(_: Any, value: Any) -> bool:
    """`5.0` is a number, and no whole one to msgspec."""
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)


def readers(written: Written) -> tuple[Any, Any, Any]:
    """Validators of the whole document, of an integration and of an endpoint."""
    plain = Plain()
    kinds = [plain.of(kind) for kind in (written.document, written.integration, written.endpoint)]
    roots, parts = msgspec.json.schema_components(kinds, schema_hook=_unit, ref_template="#/$defs/{name}")
    keywords = {
        "anyOf": partial(_any_of, parts),
        "enum": _enum,
        "required": _required,
        "additionalProperties": _additional,
        "unit": _read_unit,
    }
    reader: Any = validators.extend(Draft202012Validator, keywords, type_checker=_TYPES)  # type: ignore[no-untyped-call]
    document, integration, endpoint = (reader({**root, "$defs": parts}) for root in roots)
    return document, integration, endpoint


def _unit(kind: type) -> dict[str, Any]:
    return {"unit": kind.__name__}


def expected(schema: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    """What a schema accepts, in words."""
    schema = _resolved(schema, parts)
    if "anyOf" in schema:
        return list(dict.fromkeys(word for branch in schema["anyOf"] for word in expected(branch, parts)))
    if "enum" in schema:
        return [shown(value) for value in schema["enum"]]
    if "patternErrorMessage" in schema:
        return [str(schema["patternErrorMessage"]).removeprefix("expected ")]
    if schema.get("type") == "boolean":
        return ["`true`", "`false`"]
    return [_WORDS.get(str(schema.get("unit", schema.get("type"))), "anything")]


def keys_of(schema: dict[str, Any], parts: dict[str, Any]) -> frozenset[str]:
    """The keys of the maps that a schema accepts."""
    schema = _resolved(schema, parts)
    inner = (keys_of(branch, parts) for branch in schema.get("anyOf", ()))
    return frozenset(schema.get("properties", ())).union(*inner)


def _read_unit(validator: Any, name: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    try:
        _UNITS[name].parse(value)
    except ValueError as error:
        yield ValidationError(str(error))


def _enum(validator: Any, words: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if not any(value == word and type(value) is type(word) for word in words):
        yield ValidationError("")


def _required(validator: Any, names: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        yield from (ValidationError(name) for name in names if name not in value)


def _additional(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if rule is not False:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, rule, value, schema)
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (ValidationError(name) for name in value if name not in known)


def _any_of(parts: dict[str, Any], validator: Any, branches: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    tags = schema.get("discriminator")
    if tags and isinstance(value, dict):
        yield from _tagged(validator, tags, value)
        return
    meant = [branch for branch in branches if _suits(branch, value, parts)]
    if len(meant) == 1:
        yield from validator.descend(value, meant[0])
    elif not any(validator.evolve(schema=branch).is_valid(value) for branch in meant):
        yield ValidationError("")


def _tagged(validator: Any, tags: dict[str, Any], value: dict[str, Any]) -> Iterator[ValidationError]:
    key, branches = tags["propertyName"], tags["mapping"]
    tag = value.get(key)
    if tag is None and key not in value:
        yield ValidationError(key, validator="required", instance=value)
    elif isinstance(tag, str) and tag in branches:
        yield from validator.descend(value, {"$ref": branches[tag]})
    else:
        words = {"enum": sorted(branches)}
        yield ValidationError(
            "", validator="enum", validator_value=words["enum"], instance=tag, schema=words, path=(key,)
        )


def _suits(schema: dict[str, Any], value: Any, parts: dict[str, Any]) -> bool:
    """Whether somebody who wrote this value can have meant this branch."""
    schema = _resolved(schema, parts)
    if "anyOf" in schema:
        return any(_suits(branch, value, parts) for branch in schema["anyOf"])
    if "enum" in schema:
        number = isinstance(value, str) and INTEGER.fullmatch(value) and value not in schema["enum"]
        return not number and any(isinstance(value, type(word)) for word in schema["enum"])
    if "unit" in schema:
        return isinstance(value, (str, int, float)) and not isinstance(value, bool)
    kind = schema.get("type")
    return kind is None or bool(_TYPES.is_type(value, kind))


def _resolved(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref")
    found: dict[str, Any] = parts[name.rpartition("/")[2]] if name else schema
    return found
