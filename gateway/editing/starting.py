"""The files of a new project: a config that answers at once, its schema for editors, and what belongs beside them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gateway.editing.adding import added
from gateway.editing.beginning import beginning, example
from gateway.editing.changes import Change, read_exactly
from gateway.editing.refusing import Refused
from gateway.editing.schema_copies import referred
from gateway.editing.shipped import Cutting, Shipped
from gateway.editing.variables import HEADER, variables, with_variables
from gateway.loading.published import config_schema
from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree
from gateway.registry import Registry, written_types

_IGNORED = "# What the gateway keeps, and your secrets.\nvar/\n.env\n"


class Start(msgspec.Struct, frozen=True):
    """The files to write, and those that are there already and stay as they are."""

    changes: tuple[Change, ...]
    kept: tuple[Path, ...]


def start(folder: Path, registry: Registry, shipped: Shipped, vendors: Sequence[str]) -> Start:
    """With the vendors named, else with an example. Raises Refused where there is a config already."""
    config = folder / "integrations.yaml"
    if config.exists():
        raise Refused(f"{config} is there already: `gateway add VENDOR` adds to it, `gateway check` looks it over")
    cuttings = [shipped.cut(vendor, vendor) for vendor in dict.fromkeys(vendors)]
    text = _config(cuttings)
    texts = {
        Path("integrations.yaml"): text,
        Path("schemas/integrations.schema.json"): _schema(registry),
        **{name: schema for one in cuttings for name, schema in referred(one.data, shipped.path.parent).items()},
        Path(".env.example"): _listed(text),
        Path(".gitignore"): _IGNORED,
    }
    kept = tuple(folder / name for name in texts if (folder / name).exists())
    changes = tuple(Change(folder / name, text) for name, text in texts.items() if folder / name not in kept)
    _refuse_others(folder, cuttings, shipped)
    return Start(changes, kept)


def _config(cuttings: Sequence[Cutting]) -> str:
    text = beginning() if cuttings else example()
    for cutting in cuttings:
        text, _ = added("integrations.yaml", text, cutting)
    return text


def _schema(registry: Registry) -> str:
    encoded = msgspec.json.encode(config_schema(written_types(registry)))
    return msgspec.json.format(encoded, indent=1).decode() + "\n"


def _listed(text: str) -> str:
    """Every variable, below the name of the integration that is the first to refer to it, by its provider or itself."""
    source = Text("integrations.yaml", text)
    tree = Tree(compose(source), source)
    listed = HEADER
    for name, integration in tree.data["integrations"].items():
        credential = integration.get("credential") or {}
        places = {("integrations", name), ("providers", credential.get("provider"))}
        own = [reference for reference in tree.references if reference[0][:2] in places]
        listed = with_variables(listed, name, variables(own))
    return listed


def _refuse_others(folder: Path, cuttings: Sequence[Cutting], shipped: Shipped) -> None:
    """A schema that is there and is another one would make the new config say something else."""
    texts = {name: text for one in cuttings for name, text in referred(one.data, shipped.path.parent).items()}
    others = [
        f"{name}" for name, text in texts.items() if (folder / name).exists() and read_exactly(folder / name) != text
    ]
    if others:
        raise Refused(f"{', '.join(others)}: there already, and different; move it away, or start in an empty folder")
