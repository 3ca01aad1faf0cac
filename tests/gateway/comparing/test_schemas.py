"""Schemas that hold themselves, or share their parts in more ways than can be walked."""

from typing import Any

from gateway.comparing.schemas import Comparison, Side


def document(schemas: dict[str, Any]) -> dict[str, Any]:
    return {"components": {"schemas": schemas}}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_references_that_only_lead_to_each_other_add_nothing() -> None:
    side = Side(document({"a": ref("b"), "b": ref("a"), "c": {"allOf": [ref("c")], "type": "object"}}))

    assert side.flat(ref("a")) == {}
    assert side.flat(ref("c")) == {"type": "object"}


def test_shared_parts_are_walked_in_a_bounded_number_of_ways() -> None:
    levels = {f"s{n}": {"properties": {"a": ref(f"s{n + 1}"), "b": ref(f"s{n + 1}")}} for n in range(30)}
    loose, tight = Side(document({**levels, "s30": {}})), Side(document({**levels, "s30": {"type": "string"}}))

    assert 0 < sum(1 for _ in Comparison(loose, tight).bounds(ref("s0"), ref("s0"))) <= 20_000
