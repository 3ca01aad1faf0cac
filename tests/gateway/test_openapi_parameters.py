"""The document says how lists and objects are written in a query, in OpenAPI's own words."""

from typing import Any

import jsonschema_rs
import pytest

from gateway import Parameter
from tests.gateway.documents import endpoint

LIST: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("ours", "style", "explode"),
    [
        ("repeat", "form", True),
        ("comma", "form", False),
        ("space", "spaceDelimited", False),
        ("pipe", "pipeDelimited", False),
    ],
)
def test_a_list_is_written_in_the_style_that_is_declared(ours: Any, style: str, explode: bool) -> None:
    parameter = Parameter(name="tags", place="query", vendor="tags", schema=LIST, style=ours)

    (told,) = endpoint(parameters=(parameter,))["parameters"]

    assert (told["style"], told["explode"]) == (style, explode)


def test_a_list_in_one_text_has_at_least_one_item() -> None:
    parameter = Parameter(name="tags", place="query", vendor="tags", schema=LIST, style="pipe")

    (told,) = endpoint(parameters=(parameter,))["parameters"]

    assert told["schema"]["minItems"] == 1


def test_an_object_has_its_properties_in_brackets() -> None:
    schema = {"type": "object", "properties": {"after": {"type": "string"}}}
    parameter = Parameter(name="created", place="query", vendor="created", schema=schema, style="deep")

    (told,) = endpoint(parameters=(parameter,))["parameters"]

    assert (told["style"], told["explode"]) == ("deepObject", True)
    assert told["schema"]["minProperties"] == 1
    valid = jsonschema_rs.validator_for(told["schema"]).is_valid
    assert valid({"after": "x", "more": "y"})
    assert not any(valid({name: "x"}) for name in ("", "a[b]", "a=b"))
    assert not valid({"more": 7})
