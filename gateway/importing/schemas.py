"""A document's schemas become JSON Schema 2020-12, each standing for itself, with what it refers to in `$defs`.

Vendors' documents hold small sins: a part that is no schema becomes `{}`, which anything satisfies. Two things are
loosened on purpose. `oneOf` becomes `anyOf`: branches that overlap are common, and nobody means to refuse what fits
two of them. And what only one side writes (`readOnly`, `writeOnly`) is not required of the other.
"""

import re
from collections.abc import Callable
from typing import Literal

from gateway.importing.document import Document
from gateway.importing.keywords import GONE, MANY, NAMED, NOTES, ONE, pattern_of, plain
from gateway.importing.mending import Schema, mended, nullable
from gateway.importing.reading import Node

Direction = Literal["request", "response"]
Works = Callable[[str], bool]

_DEFINITIONS = "#/$defs/"
_COMPONENTS = "#/components/schemas/"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_DEEPEST = 60


class Schemas:
    """Those of one document in one direction; what was converted once is taken again, so nobody may change it.

    `works` tells whether a regular expression can be used; others are left out. `uploads`: whether `format: binary`
    is a file, which is base64 in a caller's JSON.
    """

    def __init__(self, document: Document, direction: Direction, works: Works, *, uploads: bool = False) -> None:
        self._document = document
        self._works = works
        self._hidden = "readOnly" if direction == "request" else "writeOnly"
        self._addresses = "uri" if direction == "request" else "uri-reference"
        self._uploads = uploads
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._done: dict[str, Schema] = {}
        self._uses: dict[str, set[str]] = {}
        self._used: set[str] = set()

    def standing(self, node: Node) -> Schema:
        """The schema for itself. Raises NotUnderstood for a reference that leads to another document."""
        self._used = set()
        schema = self._schema(node, 0)
        reached = self._closure(self._used)
        if schema.keys() == {"$ref"}:
            (pointer,) = (one for one in reached if schema["$ref"] == self._definition(one))
            schema, reached = self._done[pointer], self._closure(self._uses[pointer])
        if not reached:
            return schema
        return {**schema, "$defs": {self._name(pointer): self._done[pointer] for pointer in sorted(reached)}}

    def _closure(self, pointers: set[str]) -> set[str]:
        """They and all that they lead to; what is met for the first time is converted."""
        reached: set[str] = set()
        waiting = list(pointers)
        while waiting:
            pointer = waiting.pop()
            if pointer in reached:
                continue
            reached.add(pointer)
            if pointer not in self._done:
                self._used = set()
                self._done[pointer] = self._schema(self._document.at(pointer), 0)
                self._uses[pointer] = self._used
            waiting.extend(self._uses[pointer])
        return reached

    def _schema(self, node: Node, depth: int) -> Schema:
        if node is False:
            return {"not": {}}
        if not isinstance(node, dict) or depth > _DEEPEST:
            return {}
        if isinstance(node.get("$ref"), str):
            return self._reference(node, depth)
        written = {key: self._keyword(key, value, depth) for key, value in node.items()}
        schema = {key: value for key, value in written.items() if value is not GONE}
        if "required" in node and (required := self._required(node)):
            schema["required"] = required
        return self._with_format(mended(schema, node), node.get("format"))

    def _keyword(self, key: str, value: Node, depth: int) -> Node:
        if key in NAMED and isinstance(value, dict):
            names = [name for name in value if key != "patternProperties" or self._works(name)]
            return {name: self._schema(value[name], depth + 1) for name in names}
        if key == "pattern":
            pattern = pattern_of(value)
            return pattern if pattern is not GONE and self._works(pattern) else GONE
        if key == "items" and isinstance(value, list):
            return GONE  # the tuples of old drafts: what stands at which place is not told by `items` any more
        if key in MANY:
            return [self._schema(part, depth + 1) for part in value] if isinstance(value, list) and value else GONE
        if key in ONE:
            return value if isinstance(value, bool) else self._schema(value, depth + 1)
        return plain(key, value)

    def _reference(self, node: Schema, depth: int) -> Schema:
        """What stands beside a reference counts from 3.1 on; notes always do, since vendors mean them."""
        pointer = node["$ref"]
        beside = {key: node[key] for key in node if key in NOTES or (key != "$ref" and self._document.is_new)}
        schema = self._schema(beside, depth + 1) if beside else {}
        if self._document.at(pointer) is None or pointer in {"#", "#/"}:
            return schema
        self._used.add(pointer)
        schema = {"$ref": self._definition(pointer), **schema}
        return nullable(schema) if node.get("nullable") is True else schema

    def _required(self, node: Schema) -> list[str]:
        """Names of properties, without those that the other side writes."""
        names, described = node["required"], node.get("properties")
        parts = described if isinstance(described, dict) else {}
        if not isinstance(names, list):
            return []
        wanted = dict.fromkeys(name for name in names if isinstance(name, str))
        return [name for name in wanted if not self._is_hidden(parts.get(name))]

    def _is_hidden(self, part: Node) -> bool:
        own = part.get(self._hidden) if isinstance(part, dict) else None
        return own is True or self._document.resolved(part).get(self._hidden) is True

    def _with_format(self, schema: Schema, written: Node) -> Schema:
        """Files and base64, which are no formats any more, and addresses, which vendors often give without a host."""
        if written == "uri" and "format" in schema:
            return {**schema, "format": self._addresses}
        if written == "byte" and not self._uploads:
            return {**schema, "contentEncoding": "base64"}
        media = schema.get("contentMediaType", "")
        is_file = written == "binary" or (media and not media.startswith("text/") and not media.endswith("json"))
        if self._uploads and is_file:
            return {"type": "string", **schema, "contentEncoding": "base64"}
        return schema

    def _definition(self, pointer: str) -> str:
        return f"{_DEFINITIONS}{self._name(pointer)}"

    def _name(self, pointer: str) -> str:
        if pointer not in self._names:
            base = _NOT_IN_NAMES.sub("_", pointer.removeprefix(_COMPONENTS)).strip("_") or "part"
            name, number = base, 2
            while name in self._taken:
                name, number = f"{base}_{number}", number + 1
            self._taken.add(name)
            self._names[pointer] = name
        return self._names[pointer]
