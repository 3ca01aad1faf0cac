"""Adds an integration to somebody's file, a shipped one or an imported one, and what it needs beside the file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from gateway.diagnostics import InvalidConfig
from gateway.editing.beginning import beginning
from gateway.editing.changes import Change, read_exactly
from gateway.editing.imported import bundle
from gateway.editing.insertion import insert
from gateway.editing.refusing import Refused
from gateway.editing.schema_copies import referred
from gateway.editing.shipped import Cutting, Shipped
from gateway.editing.variables import Variable, variables, with_variables
from gateway.importing import Document
from gateway.loading.including import Inclusion
from gateway.loading.reading import Text, compose
from gateway.loading.sheet import Sheet
from gateway.loading.source import Source
from gateway.loading.tree import Tree

_BOM = "\ufeff"


class Addition(msgspec.Struct, frozen=True):
    """What is to be written, what the new integration takes from outside, and what is worth a word about it.

    `whole` is false where the file is a part that another one includes.
    """

    changes: tuple[Change, ...]
    variables: tuple[Variable, ...]
    notes: tuple[str, ...]
    whole: bool


def add_vendor(config: Path, shipped: Shipped, vendor: str, name: str, *, force: bool = False) -> Addition:
    """Raises Refused; raises InvalidConfig where the file is not YAML. Nothing is written yet."""
    cutting = shipped.cut(vendor, name)
    if not config.exists():
        raise Refused(f"{config} is not there: `gateway init` starts a project")
    schemas = referred(cutting.data, shipped.path.parent)
    before = read_exactly(config)
    addition, data = _addition(config, (before, before), cutting, schemas, force=force)
    return msgspec.structs.replace(addition, notes=tuple(_left_behind(shipped.data, data, cutting)))


def add_imported(config: Path, document: Document, name: str, operations: Sequence[str]) -> Addition:
    """As `add_vendor`, from a vendor's own document; where there is no config yet, one begins."""
    made = bundle(document, name, operations)
    before = read_exactly(config) if config.exists() else None
    texts = (before, beginning() if before is None else before)
    addition, _ = _addition(config, texts, made.cutting, made.schemas, force=False)
    return msgspec.structs.replace(addition, notes=made.notes)


def _addition(
    config: Path, texts: tuple[str | None, str], cutting: Cutting, schemas: Mapping[Path, str], *, force: bool
) -> tuple[Addition, dict[str, Any]]:
    """`texts` are what lies there, and what to add to; the data are what stands there so far."""
    before, base = texts
    text, data = added(str(config), base, cutting)
    _refuse_included(config, base, cutting.name)
    provider = missing_provider(data, cutting)
    wanted = variables((*cutting.references, *(() if provider is None else provider.references)))
    changes = [Change(config, text, before), *_schemas(config.parent, schemas, force=force)]
    listed = config.parent / ".env.example"
    if listed.exists() and (now := with_variables(was := read_exactly(listed), cutting.name, wanted)) != was:
        changes.append(Change(listed, now, was))
    return Addition(tuple(changes), wanted, (), whole="version" in data), data


def added(file: str, before: str, cutting: Cutting) -> tuple[str, dict[str, Any]]:
    """The text with the integration at its end, and the data that it had before. Raises Refused, InvalidConfig."""
    mark = _BOM if before.startswith(_BOM) else ""
    source = Text(file, before.removeprefix(mark))
    root, tree = _read(source)
    data = tree.data
    if not isinstance(data, dict):
        raise Refused(f"{file} has to be a map of keys")
    integrations = _map(data, "integrations")
    if cutting.name in integrations:
        raise Refused(f"{file} has an integration `{cutting.name}` already: give this one a name with --as")
    text = insert(source, root, cutting.lines)
    wanted = {**data, "integrations": {**integrations, cutting.name: cutting.data}}
    referred, provider = [*tree.references, *cutting.references], missing_provider(data, cutting)
    if provider is not None:
        between = Text(file, text)
        text = insert(between, _read(between)[0], provider.lines, "providers")
        wanted["providers"] = {**_map(data, "providers"), provider.name: provider.data}
        referred += provider.references
    _, now = _read(Text(file, text))
    references = sorted(map(repr, referred))
    if now.data != wanted or sorted(map(repr, now.references)) != references:
        raise Refused(f"{file} cannot be added to without changing what it says: `gateway fmt` may help")
    return mark + text, data


def missing_provider(data: dict[str, Any], cutting: Cutting) -> Cutting | None:
    """The OAuth provider that has to come with it; a file that others include cannot hold it."""
    provider = cutting.provider
    known = provider is None or provider.name in _map(data, "providers")
    return None if known or "version" not in data else provider


def _map(data: dict[str, Any], key: str) -> dict[str, Any]:
    """What stands below a key, if it is a map: the file may still be wrong."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _refuse_included(config: Path, before: str, name: str) -> None:
    """The name may stand in a file that this one includes; `added` has looked at the file itself."""
    source = Text(str(config), before.removeprefix(_BOM))
    root, tree = _read(source)
    Inclusion(Source(Sheet(source, root), tree.data)).include(tree.data)
    if name in _map(tree.data, "integrations"):
        raise Refused(f"{config} includes an integration `{name}` already: give this one a name with --as")


def _read(source: Text) -> tuple[yaml.Node, Tree]:
    root = compose(source)
    tree = Tree(root, source)
    if tree.problems:
        raise InvalidConfig(tree.problems)
    return root, tree


def _schemas(folder: Path, schemas: Mapping[Path, str], *, force: bool) -> Iterator[Change]:
    different = []
    for name, text in schemas.items():
        path = folder / name
        before = read_exactly(path) if path.exists() else None
        if before is not None and before != text and not force:
            different.append(name.as_posix())
        if before != text:
            yield Change(path, text, before)
    if different:
        raise Refused(f"{', '.join(different)}: there already, and different")


def _left_behind(shipped: dict[str, Any], data: dict[str, Any], cutting: Cutting) -> Iterator[str]:
    """What the integration takes over in the shipped file, and would not in this one."""
    missing = _map(shipped, "defaults").keys() - _map(data, "defaults").keys()
    if missing:
        names = ", ".join(f"`{name}`" for name in sorted(missing))
        yield f"the shipped file sets {names} under `defaults`, this one does not: `gateway explain` shows what holds"
    levels = [cutting.data, *cutting.data.get("endpoints", {}).values()]
    profiles = {name for level in levels for name in level.get("extends", ())} - _map(data, "profiles").keys()
    if "version" not in data and cutting.provider is not None:
        yield f"it names the provider `{cutting.provider.name}`, which has to stand in the main file, under `providers`"
    for name in sorted(profiles):
        yield f"it extends the profile `{name}`, which has to be written under `profiles` first"
