"""Tables and types as a page shows them."""

from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from gateway import units
from gateway.explaining.words import shown

_NAMES = {
    str: "text", int: "number", float: "number", bool: "true or false", type(None): "null", Any: "anything",
    units.Duration: "duration", units.Size: "size", units.Percentage: "percentage", units.Secret: "secret",
    units.JsonSchema: "JSON Schema",
}  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def struct(title: str, kind: Any, level: str = "###") -> Iterator[str]:
    """A struct of the file as a section: each key with its type, default, and what it does."""
    yield f"{level} {title}"
    yield ""
    yield (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    yield ""
    hints = get_type_hints(kind, include_extras=True)
    rows = [
        (f"`{field.encode_name}`", words(hints[field.name]), _default(field), _told(hints[field.name]))
        for field in msgspec.structs.fields(kind)
    ]
    yield from table(("key", "value", "default", "what it does"), rows)


def structs_within(kind: Any) -> Iterator[tuple[str, Any]]:
    """The structs that fields of a struct hold, by the field's key."""
    for field in msgspec.structs.fields(kind):
        yield from ((field.encode_name, found) for found in parts(field.type))


def parts(kind: Any) -> Iterator[Any]:
    """The structs in a type, through unions, lists, maps and annotations."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for inner in get_args(kind) if get_origin(kind) is not Literal else ():
        yield from parts(inner)


def words(kind: Any) -> str:
    """The type in a reader's words."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _NAMES:
        return _NAMES[kind]
    if origin is Annotated:
        return words(inner[0])
    if origin in {Union, UnionType}:
        kinds = [part for part in inner if part is not type(None) and part is not msgspec.UnsetType]
        return " or ".join(dict.fromkeys(map(words, kinds)))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    return f"list of {words(inner[0])}" if origin is tuple else "map"


def _told(kind: Any) -> str:
    if get_origin(kind) is not Annotated:
        return ""
    return next((meta.description for meta in get_args(kind)[1:] if getattr(meta, "description", None)), "")


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if default in (None, msgspec.UNSET, "") or isinstance(default, msgspec.Struct):
        return ""
    return f"`{shown(default)}`"
