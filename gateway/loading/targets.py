"""Which types a place in the file may have: for the few places where the text there does not decide by itself."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import inspect

from gateway.loading.scalars import tag_of, value_of
from gateway.loading.tree import Keys
from gateway.units import Duration, Percentage, Secret, Size

_TAGGED: dict[str, tuple[type, ...]] = {
    "bool": (inspect.BoolType,),
    "int": (inspect.IntType, inspect.FloatType),
    "float": (inspect.FloatType,),
}
_FORMS = ("https://unset.invalid", "/unset", "GET /unset")
_SAMPLES: dict[type, str] = {Duration: "1s", Size: "1MiB", Percentage: "10%"}


class Targets:
    """Finds the types at a place of the file; `data` tells which branch of a union was meant."""

    def __init__(self, document: Any, data: Any) -> None:
        self.root = _described(document)
        self._data = data

    def at(self, path: Keys) -> tuple[inspect.Type, ...]:
        kinds: list[inspect.Type] = [self.root]
        value = self._data
        for key in path:
            kinds = [step for kind in kinds for found in branches(kind, value) for step in steps(found, key)]
            value = _item(value, key)
        return tuple(found for kind in kinds for found in flat(kind))


@lru_cache(maxsize=1)
def _described(document: Any) -> inspect.Type:
    """Thousands of parts, and the same at each reload."""
    return inspect.type_info(document)


def is_secret(kinds: Iterable[inspect.Type]) -> bool:
    return any(isinstance(kind, inspect.CustomType) and kind.cls is Secret for kind in kinds)


def typed(text: str, kinds: Iterable[inspect.Type]) -> Any:
    """The text, or the number or truth value where the place wants one and the text is one."""
    tag = tag_of(text)
    value, wanted = value_of(tag, text), _TAGGED.get(tag, ())
    listed = tag == "int" and any(isinstance(kind, inspect.LiteralType) and value in kind.values for kind in kinds)
    return value if listed or any(isinstance(kind, wanted) for kind in kinds) else text


def placeholder(text: str, kinds: Iterable[inspect.Type]) -> Any:
    """What stands for a reference without value: the text, or where no text may stand, anything that may."""
    kinds = tuple(kinds)
    if not kinds or is_secret(kinds) or any(isinstance(kind, inspect.AnyType) for kind in kinds):
        return text
    return next((found for kind in kinds if (found := _sample(kind, text)) is not None), text)


def _sample(kind: inspect.Type, text: str) -> Any:
    """Something of the type; the text itself where the type takes it."""
    if isinstance(kind, inspect.StrType):
        return next((form for form in (text, *_FORMS) if re.search(kind.pattern or "", form)), text)
    if isinstance(kind, inspect.CustomType):
        return _SAMPLES.get(kind.cls, text)
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.BoolType):
        return False
    return _least(kind) if isinstance(kind, (inspect.IntType, inspect.FloatType)) else None


def _least(kind: inspect.IntType | inspect.FloatType) -> float:
    if kind.ge is not None:
        return kind.ge
    return kind.gt + 1 if kind.gt is not None else 1


def flat(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.Metadata):
        yield from flat(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for branch in kind.types:
            yield from flat(branch)
    else:
        yield kind


def branches(kind: inspect.Type, value: Any) -> Iterator[inspect.Type]:
    """The branches that a value may have been written for; a tagged struct only under its own tag."""
    for branch in flat(kind):
        tagged = isinstance(branch, inspect.StructType) and branch.tag_field is not None
        if not tagged or (isinstance(value, dict) and value.get(branch.tag_field) == branch.tag):  # type: ignore[attr-defined]
            yield branch


def steps(kind: inspect.Type, key: str | int) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == key)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, (inspect.ListType, inspect.VarTupleType)):
        yield kind.item_type
    elif isinstance(kind, inspect.AnyType):
        yield kind


def _item(value: Any, key: str | int) -> Any:
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return None
