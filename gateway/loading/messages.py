"""What the JSON Schema found, as problems that people understand: where, what is wrong, what would be right."""

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import ValidationError

from gateway.diagnostics import Problem
from gateway.loading.naming import Homes, either, named, nearest, shown
from gateway.loading.shape import expected
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.units import Secret

Found = tuple[Keys, Problem]
"""A problem, and the way to what it is about."""

_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "minLength": "a length of at least",
    "maxLength": "a length of at most",
    "minItems": "a length of at least",
    "maxItems": "a length of at most",
}


class Messages:
    """Makes problems of validation errors; `fixed` are policies that `null` does not switch off."""

    def __init__(self, source: Source, parts: dict[str, Any], homes: Homes, fixed: frozenset[str]) -> None:
        self._source = source
        self._parts = parts
        self._homes = homes
        self._fixed = fixed
        self._makers: dict[str, Callable[[ValidationError, Keys], Found]] = {
            "required": self._missing,
            "additionalProperties": self._unknown,
            "enum": self._not_listed,
            "pattern": self._malformed,
            "unit": self._unit,
            **dict.fromkeys(_BOUNDS, self._bound),
        }

    def of(self, errors: Iterator[ValidationError], base: Keys) -> Iterator[Found]:
        for error in errors:
            make = self._makers.get(str(error.validator), self._type)
            yield make(error, (*base, *error.absolute_path))

    def _missing(self, error: ValidationError, path: Keys) -> Found:
        message = f"missing key `{error.message}` in {named(path)}"
        return path, self._source.problem("GW105", path, message, at_key=True)

    def _unknown(self, error: ValidationError, path: Keys) -> Found:
        key, allowed = error.message, tuple(sorted(error.schema.get("properties", ())))  # type: ignore[union-attr]
        near = nearest(key, allowed)
        hint = self._homes.hint(key) or near
        message = f"unknown key `{key}` in {named(path)}"
        at = (*path, key)
        return at, self._source.problem("GW104", at, message, hint=hint, allowed=allowed, at_key=True)

    def _not_listed(self, error: ValidationError, path: Keys) -> Found:
        words = [str(word) for word in error.schema["enum"]]  # type: ignore[index]
        listed = ", ".join(f"`{word}`" for word in words)
        message = f"expected {'one of ' if len(words) > 1 else ''}{listed}, got {self.shown(path, error.instance)}"
        hint = nearest(str(error.instance), words) if self._source.written(path) is None else ""
        if error.instance in words and error.instance not in error.schema["enum"]:  # type: ignore[index]
            message, hint = f"expected the number {listed}, got text", "remove the quotes"
        return path, self._source.problem("GW107", path, message, hint=hint)

    def _malformed(self, error: ValidationError, path: Keys) -> Found:
        wanted = error.schema.get("patternErrorMessage", "the text has another form")  # type: ignore[union-attr]
        if "propertyNames" in error.absolute_schema_path:
            at = (*path, str(error.instance))
            return at, self._source.problem("GW109", at, f"{wanted}, not `{error.instance}`", at_key=True)
        return path, self._source.problem("GW109", path, f"{wanted}, got {self.shown(path, error.instance)}")

    def _unit(self, error: ValidationError, path: Keys) -> Found:
        code = "GW106" if error.validator_value == Secret.__name__ else "GW110"
        (wanted,) = expected({"unit": error.validator_value}, self._parts)
        return path, self._source.problem(code, path, f"expected {wanted}, got {self.shown(path, error.instance)}")

    def _bound(self, error: ValidationError, path: Keys) -> Found:
        limit = f"{_BOUNDS[str(error.validator)]} {error.validator_value}"
        return path, self._source.problem("GW108", path, f"expected {limit}, got {self.shown(path, error.instance)}")

    def _type(self, error: ValidationError, path: Keys) -> Found:
        if error.instance is None and path and path[-1] in self._fixed:
            return path, self._source.problem(
                "GW107", path, f"`{path[-1]}` cannot be switched off", hint="`{}` means its defaults"
            )
        words = expected(error.schema, self._parts) if isinstance(error.schema, dict) else ["something else"]
        words = [word for word in words if word != "nothing"] or words
        message = f"expected {either(words)}, got {self.shown(path, error.instance)}"
        scalar = isinstance(error.instance, (int, float))
        hint = "quote it to make it text" if scalar and words == ["text"] else ""
        return path, self._source.problem("GW106", path, message, hint=hint)

    def shown(self, path: Keys, value: Any) -> str:
        """The value, unless it is secret or came from outside: then what stands in the file."""
        written = self._source.written(path)
        if written is not None:
            return shown(written)
        return shown(self._source.masked(path, value)) if value is not None else shown(value)
