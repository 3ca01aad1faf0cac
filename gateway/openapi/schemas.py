"""Moves schemas into the document: what they call by a local name gets a name among the document's components."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.units import JsonSchema

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._-]+")
_DEEPEST = 8
_ENCODER = msgspec.json.Encoder(order="deterministic")


class Schemas:
    """The schemas of one document; definitions of the same name that say the same are moved only once."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}
        self._moved: dict[tuple[str, bytes], list[tuple[str, Mapping[str, str]]]] = {}

    def moved(self, schema: JsonSchema, owner: str, role: str) -> JsonSchema:
        """The schema as it stands in a path item; `owner` is the operation's id, `role` tells its schemas apart."""
        definitions: dict[str, Any] = schema.get("$defs", {})
        bare = {key: part for key, part in schema.items() if key not in {"$defs", "$schema", "$id"}}
        names = {f"#/$defs/{_escaped(name)}": name for name in definitions}
        if any(reference not in names for reference in _references([bare, definitions])):
            name = self._free(f"{owner}_{role}")
            self.components[name] = _renamed({**bare, "$defs": definitions} if definitions else bare, {}, name)
            return {"$ref": f"#/components/schemas/{name}"}
        return _renamed(bare, self._definitions(definitions, owner), "") if definitions else bare

    def _definitions(self, definitions: Mapping[str, Any], owner: str) -> Mapping[str, str]:
        """Where each definition is found, by how it is referred to; those that are new are moved."""
        texts = {name: _ENCODER.encode(definition) for name, definition in definitions.items()}
        places = {f"#/$defs/{_escaped(name)}": place for name, place in self._known(definitions, texts).items()}
        fresh = [name for name in definitions if f"#/$defs/{_escaped(name)}" not in places]
        for name in fresh:
            places[f"#/$defs/{_escaped(name)}"] = place = self._free(f"{owner}_{name}")
            self.components[place] = {}
        for name in fresh:
            place = places[f"#/$defs/{_escaped(name)}"]
            self.components[place] = _renamed(definitions[name], places, "")
            used = {reference: places[reference] for reference in _references(definitions[name])}
            self._moved.setdefault((name, texts[name]), []).append((place, used))
        return places

    def _known(self, definitions: Mapping[str, Any], texts: Mapping[str, bytes]) -> dict[str, str]:
        """Those that were moved before, where all that they refer to is what they referred to then."""
        found = {name: self._moved[name, text][-1] for name, text in texts.items() if (name, text) in self._moved}
        while True:
            places = {f"#/$defs/{_escaped(name)}": place for name, (place, _) in found.items()}
            other = [name for name, (_, used) in found.items() if not used.items() <= places.items()]
            if not other:
                return {name: place for name, (place, _) in found.items()}
            for name in other:
                del found[name]

    def _free(self, wanted: str) -> str:
        name = base = _FORBIDDEN.sub("_", wanted)
        number = 2
        while name in self.components:
            name, number = f"{base}_{number}", number + 1
        return name


def properties_of(schema: Any, root: JsonSchema, depth: int = 0) -> dict[str, Any]:
    """The properties that an object schema declares, behind local references and `allOf` too."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return {}
    found: dict[str, Any] = dict(schema.get("properties", {}))
    parts = list(schema.get("allOf", ()))
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        parts.append(root.get("$defs", {}).get(_unescaped(reference.removeprefix("#/$defs/")), {}))
    for part in parts:
        found = {**properties_of(part, root, depth + 1), **found}
    return found


def _renamed(node: Any, places: Mapping[str, str], root: str) -> Any:
    """The node with its local references led to `places`, or below `root` where they have none."""
    if isinstance(node, list):
        return [_renamed(part, places, root) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _led(part, places, root) if key == "$ref" and isinstance(part, str) else _renamed(part, places, root)
        for key, part in node.items()
    }


def _led(reference: str, places: Mapping[str, str], root: str) -> str:
    if reference in places:
        return f"#/components/schemas/{places[reference]}"
    return f"#/components/schemas/{root}{reference[1:]}" if root and reference.startswith("#") else reference


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for part in node for found in _references(part)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#") else []
    return own + [found for part in node.values() for found in _references(part)]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _unescaped(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")
