"""Whether null may stand at a place is what the answer's schema says of it."""

from typing import Any

import pytest

from gateway import Answer
from gateway_policies.declared_places import takes_null
from tests.kit import operation

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
PAGE = {
    "$ref": "#/$defs/a~1b",
    "$defs": {
        "a/b": {"allOf": [{"properties": {"next": TEXT, "last": MAYBE, "items": {"items": {"$ref": "#/$defs/one"}}}}]},
        "one": {"anyOf": [{"properties": {"url": TEXT, "more": MAYBE}}, True]},
    },
}


@pytest.mark.parametrize(
    ("path", "may"),
    [
        (("next",), False),
        (("last",), True),
        (("items", None, "url"), False),
        (("items", None, "more"), True),
        (("nowhere",), True),
        (("next", "deeper"), True),
    ],
)
def test_the_schema_of_the_place_decides(path: tuple[str | None, ...], may: bool) -> None:
    assert takes_null(operation(answers=(Answer(status=200, schema=PAGE),)), path) is may


@pytest.mark.parametrize("answers", [(), (Answer(status=204),), (Answer(status=200, schema={}),)])
def test_where_nothing_is_declared_anything_may_stand(answers: Any) -> None:
    assert takes_null(operation(answers=answers), ("next",))
