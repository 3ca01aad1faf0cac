"""The types of the file once more, such that a JSON Schema can be made of them.

msgspec writes every default into the schema and knows nothing of our units there: the twins hold it as YAML writes it,
and none where there is nothing to tell.
"""

from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from gateway.registry import default_of


class Plain:
    """Makes each struct's twin once, whatever refers to it."""

    def __init__(self) -> None:
        self._twins: dict[Any, Any] = {}

    def of(self, kind: Any) -> Any:
        origin = get_origin(kind)
        if origin is Annotated:
            inner, *meta = get_args(kind)
            return Annotated[self.of(inner), *meta]
        if origin in {Union, UnionType}:
            return reduce(or_, map(self.of, get_args(kind)))
        if origin in {tuple, list, dict}:
            return origin[tuple(map(self.of, get_args(kind)))]
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            return kind
        if kind not in self._twins:
            self._twins[kind] = _twin(kind, self)
        return self._twins[kind]


def _twin(kind: Any, plain: Plain) -> Any:
    fields = [(field.name, plain.of(field.type), _default(field)) for field in msgspec.structs.fields(kind)]
    config = kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__,
        [field[:2] if field[2] is None else field for field in fields],
        namespace={"__doc__": kind.__doc__},
        rename={field.name: field.encode_name for field in msgspec.structs.fields(kind)},
        tag=config.tag,
        tag_field=config.tag_field,
        kw_only=True,
        forbid_unknown_fields=config.forbid_unknown_fields,
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    """None where the field is required."""
    if field.required:
        return None
    default = default_of(field)
    return msgspec.field(default_factory=_untold) if default is None else msgspec.field(default=default)


def _untold() -> None:
    """A default that the schema does not tell."""
