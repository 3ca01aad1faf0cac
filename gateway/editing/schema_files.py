"""Schemas of an imported integration: short ones stay where they are used, the others go to files, equal ones once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.importing import Document, Offered, snake_case

_SHORT = 80
"""Characters of JSON that may stand in the config itself."""
_FIRST = ("type", "format", "enum")
_NOTES = frozenset({"description", "title", "examples"})


class SchemaFiles:
    """`texts` are the files' texts by their paths, relative to the config."""

    def __init__(self, folder: Path, document: Document) -> None:
        self._folder = folder
        self._document = document
        self._known: dict[bytes, str] = {}
        self.texts: dict[Path, str] = {}

    def placed(self, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The schema itself, or a reference to the file where it lies now."""
        encoded = msgspec.json.encode(schema, order="deterministic")
        if len(encoded) <= _SHORT:
            return dict(schema)
        if encoded not in self._known:
            path = self._free(name)
            self._known[encoded] = path.as_posix()
            self.texts[path] = msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
        return {"$ref": self._known[encoded]}

    def parameter(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        """Its words are shortened to their first line: the whole stands in the vendor's document."""
        own = {key: declared[key] for key in _FIRST if key in declared}
        kept = {**own, **{key: value for key, value in declared.items() if key not in _NOTES}}
        text = str(declared.get("description", "")).strip().partition("\n")[0].partition(". ")[0].rstrip(".")
        return {**kept, "description": text} if 0 < len(text) <= _SHORT else kept

    def body_name(self, operation: Offered, endpoint: str) -> str:
        """What the vendor calls the schema, or a name made from the endpoint's."""
        body = self._document.resolved(operation.written.get("requestBody"))
        return self._component(body) or f"{endpoint}_body"

    def answer_name(self, operation: Offered, endpoint: str) -> str:
        responses = self._document.resolved(operation.written.get("responses"))
        first = next((responses[status] for status in sorted(responses, key=str) if str(status)[:1] == "2"), None)
        return self._component(self._document.resolved(first)) or f"{endpoint}_reply"

    def _component(self, holder: Mapping[str, Any]) -> str:
        content = holder.get("content")
        media = next(iter(content.values()), None) if isinstance(content, dict) else None
        schema = media.get("schema") if isinstance(media, dict) else None
        several = isinstance(schema, dict) and isinstance(schema.get("items"), dict)
        node = schema["items"] if several and isinstance(schema, dict) else schema
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            return ""
        name = snake_case(reference.rpartition("/")[2].rpartition(".")[2])
        return f"{name}_list" if several else name

    def _free(self, name: str) -> Path:
        """Another schema may have the name already: what callers send and what they get differ at times."""
        path, number = self._folder / f"{name}.json", 2
        while path in self.texts:
            path, number = self._folder / f"{name}_{number}.json", number + 1
        return path
