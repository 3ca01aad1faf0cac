"""The shape of an endpoint's answer: what satisfies it, what it is by itself, what may be laid over it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from gateway import Answer, JsonSchema, Operation, ReplyMapping
from gateway_policies.sample import NoSample, sample

Thing = dict[str, Any]

_DOTTED = re.compile(r'(?:[A-Za-z_]\w*|"[^"\\]+")(?:\.(?:[A-Za-z_]\w*|"[^"\\]+"))*')
IDS = ("id", "sid")
"""What a thing is called by, where no property bears the name of the path parameter."""
_DEEPEST = 8


class Shape:
    """Of one declared answer. Raises ValueError where no answer can be given that callers were promised."""

    def __init__(self, operation: Operation, answer: Answer) -> None:
        self._schema: JsonSchema = answer.schema if answer.schema is not None else {}
        self._fits = jsonschema_rs.validator_for(self._schema, validate_formats=True).is_valid
        self.names = frozenset(_properties(self._schema, self._schema))
        self.base = self._first(operation)

    def fits(self, value: Any) -> bool:
        return self._fits(value)

    def laid_over(self, thing: Thing, fields: Mapping[str, Any]) -> Thing:
        """The thing with those fields that it declares and that keep it valid."""
        wanted = {name: value for name, value in fields.items() if name in self.names or not self.names}
        whole = {**thing, **wanted}
        if self._fits(whole):
            return whole
        for name, value in wanted.items():
            tried = {**thing, name: value}
            thing = tried if self._fits(tried) else thing
        return thing

    def id_of(self, parameter: str) -> str | None:
        """The property that a path parameter of that name addresses."""
        known = self.names | (frozenset(self.base) if isinstance(self.base, dict) else frozenset())
        return next((name for name in (parameter, *IDS) if name in known), None)

    def named(self, thing: Thing, name: str, text: str) -> Thing:
        """The thing with the id that stands in a path, as a number where only a number is valid."""
        for value in (text, int(text) if text.isdecimal() else text):
            if self._fits({**thing, name: value}):
                return {**thing, name: value}
        return thing

    def fresh(self, name: str, path: JsonSchema, seed: int) -> Any:
        """A new id that satisfies the answer and the path alike. Raises NoSample where there is none."""
        declared = _properties(self._schema, self._schema).get(name, True)
        parts = [_without_examples(path), _without_examples(declared)]
        return sample({"allOf": parts, "$defs": self._schema.get("$defs", {})}, seed)

    def _first(self, operation: Operation) -> Any:
        if "reply" not in operation.examples:
            if operation.paging is not None and not self._schema:
                return [] if operation.paging.items == "@" or operation.reply.select else {}  # what has pages is a list
            try:
                return sample(self._schema)
            except NoSample as error:
                raise ValueError(f"a stub of {operation.id} has nothing to answer: {error} under `examples`") from None
        example = operation.examples["reply"]
        if not self._fits(example):
            raise ValueError(f"the example `reply` of {operation.id} is not what its response declares")
        return example


def id_fits(path: JsonSchema, value: Any) -> bool:
    """Whether the value can stand in the path; there everything is text, so a number counts as itself."""
    return isinstance(value, str | int) and jsonschema_rs.is_valid(path, value, validate_formats=True) and value != ""


def _without_examples(schema: Any) -> Any:
    told = {"examples", "default"}
    return {key: part for key, part in schema.items() if key not in told} if isinstance(schema, dict) else schema


def vendor_shape(value: Any, mapping: ReplyMapping) -> Any:
    """What a vendor has to answer so that callers, after `reply.select` and `reply.rename`, get `value`.

    A rename is turned round in an object and in each object of a list. A selection is turned round where it is a path
    of names (`data.items`, also `data.items[]`); for any other the example is taken to be the vendor's own answer.
    """
    back = {ours: theirs for theirs, ours in mapping.rename.items()}
    if back:
        value = [_renamed(item, back) for item in value] if isinstance(value, list) else _renamed(value, back)
    path = (mapping.select or "").removesuffix("[*]").removesuffix("[]")
    if _DOTTED.fullmatch(path):
        for name in reversed([*_names(path)]):
            value = {name: value}
    return value


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    return {names.get(name, name): part for name, part in value.items()} if isinstance(value, dict) else value


def _names(path: str) -> Iterator[str]:
    for found in re.finditer(r'"([^"]+)"|(\w+)', path):
        yield found[1] or found[2]


def _properties(schema: Any, root: JsonSchema, depth: int = 0) -> dict[str, Any]:
    """The properties that an object schema declares, behind local references and `allOf` too."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return {}
    found = dict(schema.get("properties", {}))
    parts = list(schema.get("allOf", ()))
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        parts.append(root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {}))
    for part in parts:
        found = {**_properties(part, root, depth + 1), **found}
    return found
