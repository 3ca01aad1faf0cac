"""The order of keys names what there is."""

import msgspec
import pytest
from msgspec import inspect

from gateway.editing.formatting.order import LEADING, TRAILING
from gateway.registry import discover, written_types


def structs(kind: inspect.Type, seen: dict[str, inspect.StructType]) -> dict[str, inspect.StructType]:
    """Every struct of the file, by name."""
    if isinstance(kind, inspect.StructType) and kind.cls.__name__ not in seen:
        seen[kind.cls.__name__] = kind
        for field in kind.fields:
            structs(field.type, seen)
    for inner in ("type", "value_type", "item_type"):
        if isinstance(found := getattr(kind, inner, None), inspect.Type):
            structs(found, seen)
    for branch in getattr(kind, "types", ()):
        structs(branch, seen)
    return seen


@pytest.mark.parametrize("name", sorted({*LEADING, *TRAILING}))
def test_every_key_of_the_order_is_a_key_of_its_type(name: str) -> None:
    document = inspect.type_info(written_types(discover()).document)
    known = {field.encode_name for field in structs(document, {})[name].fields}

    assert {*LEADING.get(name, ()), *TRAILING.get(name, ())} <= known


def test_no_key_is_both_first_and_last() -> None:
    for name in LEADING:
        assert not {*LEADING[name]} & {*TRAILING.get(name, ())}


def test_the_types_have_the_names_that_the_order_uses() -> None:
    assert issubclass(written_types(discover()).endpoint, msgspec.Struct)
    assert {written_types(discover()).endpoint.__name__, written_types(discover()).integration.__name__} <= {*LEADING}
