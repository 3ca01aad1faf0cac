"""What stands where a link leads nowhere is what the answer's schema has room for."""

from typing import Any

import msgspec
import pytest

from gateway import Answer
from gateway_policies.declared_places import NoRoom, blank
from tests.kit import operation

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
ADDRESS = {"type": "string", "format": "uri"}
PARTS = {"next": TEXT, "last": MAYBE, "first": TEXT, "self": ADDRESS, "items": {"items": {"$ref": "#/$defs/one"}}}
PAGE = {
    "$ref": "#/$defs/a~1b",
    "$defs": {
        "a/b": {"allOf": [{"properties": PARTS}, {"required": ["first", "self", "last"]}]},
        "one": {"anyOf": [{"properties": {"url": TEXT, "more": MAYBE}}, True]},
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("last",), None),
        (("next",), msgspec.UNSET),
        (("first",), ""),
        (("items", None, "url"), msgspec.UNSET),
        (("items", None, "more"), None),
        (("nowhere",), None),
        (("next", "deeper"), None),
    ],
)
def test_null_is_first_then_nothing_then_an_empty_text(path: tuple[str | None, ...], value: Any) -> None:
    assert blank(operation(answers=(Answer(status=200, schema=PAGE),)), path) is value


@pytest.mark.parametrize("answers", [(), (Answer(status=204),), (Answer(status=200, schema={}),)])
def test_where_nothing_is_declared_null_may_stand(answers: Any) -> None:
    assert blank(operation(answers=answers), ("next",)) is None


def test_an_address_that_has_to_be_there_leaves_no_room() -> None:
    with pytest.raises(NoRoom):
        blank(operation(answers=(Answer(status=200, schema=PAGE),)), ("self",))
