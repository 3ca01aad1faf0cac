"""What an integration would be if its vendor's newer document were taken over: the same endpoints, newly described."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.editing.changes import read_exactly
from gateway.editing.imported import without_references
from gateway.editing.refusing import Refused
from gateway.importing import Converters, Document, NotCarried, NotUnderstood, imported
from gateway.loading.compiling import pattern_works
from gateway.loading.including import Inclusion
from gateway.loading.naming import nearest
from gateway.loading.reading import Text, compose
from gateway.loading.sheet import Sheet
from gateway.loading.source import Source
from gateway.loading.tree import Tree

_PARAMETER = re.compile(r"\{([^{}]+)\}")
_PLACE = re.compile(r"\$?\{[^{}]+\}")
_REFERENCE = re.compile(r"\$\{[^}]*?(?::-([^}]*))?\}")
_DESCRIBED = ("path", "query", "headers", "body", "response", "responses", "deprecated")
"""What a document says of an operation; everything else at an endpoint is the person's own."""
_LEVELS = ("version", "server", "defaults", "profiles")


class Update(msgspec.Struct, frozen=True):
    """Two whole configs of the one integration, as data, and the folder that their paths are relative to.

    `gone` are endpoints whose operation the document does not have; `unused` counts operations that no endpoint uses.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    folder: Path
    gone: tuple[str, ...]
    unused: int


def update(config: Path, name: str, document: Document, path: Path) -> Update:
    """`path` is the document's own. Raises Refused; raises InvalidConfig where the config is not YAML."""
    data, folder = _integration(config, name)
    integration = data["integrations"][name]
    if "openapi" in integration:
        newer = {**integration, "openapi": {**integration["openapi"], "document": str(path.resolve())}}
        return Update(data, _with(data, name, newer), folder, (), 0)
    offered = _offered(document, _REFERENCE.sub(lambda found: found[1] or "x", str(integration.get("base_url", ""))))
    own = {key: _without_examples(endpoint) for key, endpoint in (integration.get("endpoints") or {}).items()}
    used = {key: _fitting(_asked(endpoint), offered) for key, endpoint in own.items()}
    endpoints = {key: _renewed(one, offered[used[key]]) if used[key] else one for key, one in own.items()}
    gone = tuple(f"{name}.{key}" for key in own if not used[key])
    before, after = {**integration, "endpoints": own}, {**integration, "endpoints": endpoints}
    unused = len(offered.keys() - set(used.values()))
    return Update(_with(data, name, before), _with(data, name, after), folder, gone, unused)


def _integration(config: Path, name: str) -> tuple[dict[str, Any], Path]:
    """The config with this integration alone, wherever it stands."""
    text = Text(str(config), read_exactly(config).removeprefix("\ufeff"))
    root = compose(text)
    tree = Tree(root, text)
    source = Source(Sheet(text, root), tree.data)
    Inclusion(source).include(tree.data)
    known = tree.data.get("integrations") or {}
    if name not in known:
        raise Refused(f"{config} has no integration `{name}`; {nearest(name, known) or 'name it with --as'}")
    levels = {key: tree.data[key] for key in _LEVELS if key in tree.data}
    return {**levels, "integrations": {name: known[name]}}, source.folder(("integrations", name))


def _with(data: Mapping[str, Any], name: str, integration: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "integrations": {name: integration}}


def _offered(document: Document, base_url: str) -> dict[str, dict[str, Any]]:
    """What can be taken over, by what the vendor is asked, whatever its parameters are called."""
    converters = Converters.of(document, pattern_works)
    found = {}
    for operation in document.operations:
        try:
            endpoint = imported(operation, document, converters, base_url).endpoint
        except (NotCarried, NotUnderstood):
            continue
        found[_asked(endpoint)] = without_references(endpoint)
    return found


def _fitting(asked: str, offered: Mapping[str, Any]) -> str:
    """The operation that is asked, or the one where a parameter stands for what is written here; else nothing."""
    if asked in offered:
        return asked
    segments = asked.split("/")
    return next((template for template in offered if _fits(template.split("/"), segments)), "")


def _fits(template: list[str], segments: list[str]) -> bool:
    pairs = zip(template, segments, strict=False)
    return len(template) == len(segments) and all(own in (other, "{}") for own, other in pairs)


def _without_examples(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """They were made for the schemas as they are."""
    return {key: value for key, value in endpoint.items() if key != "examples"}


def _asked(endpoint: Mapping[str, Any]) -> str:
    """A reference stands in a parameter's place too."""
    return _PLACE.sub("{}", str(endpoint.get("upstream", endpoint.get("route"))))


def _renewed(endpoint: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The endpoint as the document describes it now, under the names that callers know."""
    own = {key: value for key, value in endpoint.items() if key not in _DESCRIBED}
    new = {key: found[key] for key in _DESCRIBED if key in found}
    for place in ("query", "headers"):
        if place in new:
            new[place] = _named(new[place], endpoint.get(place) or {})
    if "path" in new:
        names = {theirs: ours for theirs, ours in zip(_segments(found), _segments(endpoint), strict=True) if ours}
        new["path"] = {names[key]: value for key, value in new["path"].items() if key in names}
    renamed = {theirs: ours for ours, theirs in (endpoint.get("send") or {}).get("rename", {}).items()}
    properties = new.get("body", {}).get("properties")
    if renamed and properties:
        body = new["body"]
        required = [renamed.get(key, key) for key in body.get("required", ())]
        new["body"] = {**body, "properties": {renamed.get(key, key): one for key, one in properties.items()}}
        new["body"] |= {"required": required} if required else {}
    return {**own, **new}


def _named(parameters: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter keeps the caller's name, and the default that the person gave it."""
    ours = {declared.get("as", key): key for key, declared in own.items() if isinstance(declared, dict)}
    found = {}
    for vendor, declared in parameters.items():
        key = ours.get(vendor, vendor)
        kept = {word: own[key][word] for word in ("as", "default") if key in ours.values() and word in own[key]}
        found[key] = {**declared, **kept}
    return found


def _segments(endpoint: Mapping[str, Any]) -> list[str]:
    """Of each segment of the vendor's path the parameter's name; empty where there is none."""
    path = str(endpoint.get("upstream", endpoint.get("route")))
    return [found[1] if (found := _PARAMETER.search(one)) and "$" not in one else "" for one in path.split("/")]
