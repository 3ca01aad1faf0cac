"""What the JSON Schema found, as problems that people understand: where, what is wrong, what would be right."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from jsonschema import ValidationError

from gateway.diagnostics import Problem
from gateway.loading import corrections
from gateway.loading.naming import Homes, either, meant, named, nearest, shown
from gateway.loading.shape import expected, keys_of
from gateway.loading.source import Source
from gateway.loading.text_slips import invisible, slip_in
from gateway.loading.tree import Keys
from gateway.units import Secret

_INTEGRATION = ("integrations", "name")
_FEW = 3
_MANY = 100
"""Unknown keys in one map that are looked at for what they were meant for: more are no slips."""
_ROUTES = "expected a method and a path"

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
    """Makes problems of validation errors; `fixed` are policies that `null` does not switch off.

    `slips` are the ways to the keys that unknown ones were most likely meant for.
    """

    def __init__(self, source: Source, parts: dict[str, Any], homes: Homes, fixed: frozenset[str]) -> None:
        self._source = source
        self._parts = parts
        self._homes = homes
        self._fixed = fixed
        self.slips: set[Keys] = set()
        self._makers: dict[str, Callable[[ValidationError, Keys], Found | None]] = {
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
            found = make(error, (*base, *error.absolute_path))
            if found is not None:
                yield found

    def _missing(self, error: ValidationError, path: Keys) -> Found | None:
        """Nothing where the key is there and misspelt, which is told by itself."""
        rules = error.schema if isinstance(error.schema, dict) else {}
        known = rules.get("properties", ())
        written = error.instance if isinstance(error.instance, dict) else {}
        unknown = islice((key for key in written if key not in known), _MANY)
        if any(meant(key, known) == error.message for key in unknown):
            return None
        hint = _way_to_say(error.message, rules, written)
        message = f"missing key `{error.message}` in {named(path)}"
        return path, self._source.problem("GW105", path, message, hint=hint, at_key=True)

    def _unknown(self, error: ValidationError, path: Keys) -> Found:
        key, allowed = error.message, tuple(sorted(error.schema.get("properties", ())))  # type: ignore[union-attr]
        written = error.instance[key] if isinstance(error.instance, dict) else None
        hint = invisible(key) or _whole(path, written) or (self._within(key, error.schema) if path else "")
        hint = hint or self._homes.hint(key, allowed)
        if key == "$ref" and "schema" in allowed:
            hint = "write `{schema: {$ref: …}}`"
        at = (*path, key)
        name = key if self._source.is_open(at) else key.partition(":")[0]
        message = f"unknown key `{name}` in {named(path)}"
        self.slips.add((*path, meant(key, allowed)))
        return at, self._source.problem("GW104", at, message, hint=hint, allowed=allowed, at_key=True)

    def _within(self, key: str, rules: Any) -> str:
        """The keys beside it that hold such a key: `max` belongs in `backoff`."""
        inner = rules.get("properties", {}).items()
        homes = [name for name, schema in inner if key in keys_of(schema, self._parts)]
        return f"`{key}` belongs in {either([f'`{home}`' for home in homes])}" if homes and len(homes) < _FEW else ""

    def _not_listed(self, error: ValidationError, path: Keys) -> Found:
        words = [str(word) for word in error.schema["enum"]]  # type: ignore[index]
        listed = ", ".join(f"`{word}`" for word in words)
        message = f"expected {'one of ' if len(words) > 1 else ''}{listed}, got {self.shown(path, error.instance)}"
        hint = nearest(str(error.instance), words) or slip_in(error.instance)
        if isinstance(error.instance, str) and error.instance in words:
            message, hint = f"expected the number {listed}, got text", "remove the quotes"
        return path, self._source.problem("GW107", path, message, hint=self._seen(path, hint))

    def _malformed(self, error: ValidationError, path: Keys) -> Found:
        wanted = error.schema.get("patternErrorMessage", "the text has another form")  # type: ignore[union-attr]
        if "propertyNames" in error.absolute_schema_path:
            at = (*path, str(error.instance))
            return at, self._source.problem("GW109", at, f"{wanted}, not `{error.instance}`", at_key=True)
        hint = corrections.route(error.instance) if wanted.startswith(_ROUTES) else slip_in(error.instance)
        message = f"{wanted}, got {self.shown(path, error.instance)}"
        return path, self._source.problem("GW109", path, message, hint=self._seen(path, hint))

    def _unit(self, error: ValidationError, path: Keys) -> Found:
        kind = str(error.validator_value)
        (wanted,) = expected({"unit": kind}, self._parts)
        message = f"expected {wanted}, got {self.shown(path, error.instance)}"
        if kind == Secret.__name__:
            return path, self._source.problem("GW106", path, message, hint=self._empty(path, error.instance))
        hint = corrections.unit(kind, error.instance) or self._empty(path, error.instance)
        return path, self._source.problem("GW110", path, message, hint=self._seen(path, hint))

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
        hint = self._empty(path, error.instance) or corrections.kind(words, error.instance, path)
        if hint == corrections.KEYS:
            hint = self._home(path) or hint
        harmless = path[-1:] == ("credential",)  # what is said there tells a key at most
        return path, self._source.problem("GW106", path, message, hint=hint if harmless else self._seen(path, hint))

    def _home(self, path: Keys) -> str:
        """Where the key belongs that stands among parameters, as if it were one."""
        return self._homes.of(str(path[-1])) if path[-2:-1] in (("query",), ("path",), ("headers",)) else ""

    def _empty(self, path: Keys, value: Any) -> str:
        """Of a key without a value."""
        if value is not None:
            return ""
        behind = self._source.row(path).partition(":")[2]
        if "#" in behind:
            return "what follows a `#` is a comment: quote a value that begins with one"
        if "null" in behind or "~" in behind:
            return "remove the key, or give it a value"
        return "nothing stands behind it, nor indented below it"

    def _seen(self, path: Keys, hint: str) -> str:
        """The hint, unless it might tell what came from outside or is secret."""
        return hint if self._source.is_open(path) else ""

    def shown(self, path: Keys, value: Any) -> str:
        """The value, unless it is secret or came from outside: then what stands in the file."""
        written = self._source.written(path)
        if written is not None:
            return shown(written)
        return shown(self._source.masked(path, value)) if value is not None else shown(value)


def _way_to_say(name: str, rules: dict[str, Any], written: dict[str, Any]) -> str:
    """How a missing key is written."""
    tags = rules.get("discriminator")
    if tags is None:
        key = rules.get("properties", {}).get(name, {})
        examples = key.get("examples") or key.get("enum")
        if not examples or not isinstance(examples[0], (str, int)):
            return ""
        return f'such as `{name}: "{examples[0]}"`' if "${" in str(examples[0]) else f"such as `{name}: {examples[0]}`"
    words = sorted(tags["mapping"])
    other = next((key for key in written if meant(key, [name]) or key in words), None)
    if other in words:
        return f"write `{name}: {other}`"
    return f"write `{name}` for `{other}`" if other else f"one of {', '.join(words)}"


def _whole(path: Keys, value: Any) -> str:
    """Where an integration or an endpoint belongs that stands as a key of its own."""
    if not isinstance(value, dict):
        return ""
    if path == () and "route" in value:
        return "an endpoint belongs under `endpoints` of an integration"
    if path == () and not {"base_url", "endpoints"}.isdisjoint(value):
        return "an integration belongs under `integrations`"
    return "an endpoint belongs under `endpoints`" if len(path) == len(_INTEGRATION) and "route" in value else ""
