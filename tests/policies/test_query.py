"""Lists and objects in a query: read as they are declared, held to their schema, and written the same to the vendor."""

from typing import Any, Literal

import pytest

from gateway import Call, Handler, Parameter, Reply
from gateway.errors import InvalidRequest
from gateway_policies.transform import policy as transform
from gateway_policies.validate import policy as validate
from tests.kit import call, pipeline, run, site

Style = Literal["repeat", "comma", "space", "pipe", "deep"]
NUMBERS: dict[str, Any] = {"type": "array", "items": {"type": "integer"}, "maxItems": 3}
RANGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"after": {"type": "integer"}, "open": {"type": "boolean"}},
}


def parameter(style: Style, schema: dict[str, Any], **fields: Any) -> Parameter:
    return Parameter(name="ids", place="query", vendor="Ids", schema=schema, style=style, **fields)


def target(declared: Parameter, *query: tuple[str, str]) -> str:
    """What the vendor is asked, past both stages."""
    seen: list[Call] = []

    async def vendor(asked: Call) -> Reply:
        seen.append(asked)
        return Reply(200)

    async def scenario() -> None:
        at = site(parameters=(declared,))
        inner: Handler = pipeline(transform, None, vendor, at=at)
        await pipeline(validate, None, inner, at=at)(call(query=query))

    run(scenario())
    return seen[0].target


def refusal(declared: Parameter, *query: tuple[str, str]) -> str:
    with pytest.raises(InvalidRequest) as caught:
        target(declared, *query)
    return str(caught.value)


def test_an_object_may_have_brackets_in_its_own_name() -> None:
    declared = Parameter(name="filter[at]", place="query", vendor="f", schema=RANGE, style="deep")

    assert target(declared, ("filter[at][after]", "5")) == "/contacts?f%5Bafter%5D=5"


def test_a_list_that_repeats_its_name_repeats_the_vendors() -> None:
    assert target(parameter("repeat", NUMBERS), ("ids", "1"), ("ids", "2")) == "/contacts?Ids=1&Ids=2"


@pytest.mark.parametrize(
    ("style", "text", "sent"), [("comma", "1,2", "1,2"), ("space", "1 2", "1%202"), ("pipe", "1|2", "1%7C2")]
)
def test_a_list_in_one_text_is_split_where_its_style_says(style: Style, text: str, sent: str) -> None:
    assert target(parameter(style, NUMBERS), ("ids", text)) == f"/contacts?Ids={sent}"
    assert "integer" in refusal(parameter(style, NUMBERS), ("ids", text.replace("2", "x")))


def test_the_separator_of_another_style_is_part_of_the_text() -> None:
    assert "integer" in refusal(parameter("pipe", NUMBERS), ("ids", "1,2"))


def test_an_object_has_its_properties_in_brackets() -> None:
    asked = target(parameter("deep", RANGE), ("ids[after]", "5"), ("ids[open]", "true"))

    assert asked == "/contacts?Ids%5Bafter%5D=5&Ids%5Bopen%5D=true"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ids[after]", "soon", "integer"),
        ("ids[before]", "5", "before"),
        ("ids", "5", "unknown parameter: expected one of ids[…]"),
        ("ids[]", "5", "unknown parameter"),
        ("ids[a][b]", "5", "unknown parameter"),
        ("ids[a", "5", "unknown parameter"),
        ("other[after]", "5", "unknown parameter"),
    ],
)
def test_what_the_object_does_not_declare_is_refused(name: str, value: str, reason: str) -> None:
    assert reason in refusal(parameter("deep", RANGE), (name, value))


def test_a_property_cannot_be_given_twice() -> None:
    said = refusal(parameter("deep", RANGE), ("ids[after]", "5"), ("ids[after]", "6"))

    assert "a property is given more than once" in said


def test_a_required_object_is_missed() -> None:
    assert "required" in refusal(parameter("deep", RANGE, required=True))


@pytest.mark.parametrize(
    ("style", "default", "sent"),
    [("repeat", [1, 2], "Ids=1&Ids=2"), ("comma", [1, 2], "Ids=1,2"), ("pipe", [1, 2], "Ids=1%7C2")],
)
def test_a_default_is_sent_as_a_caller_would_have_written_it(style: Style, default: Any, sent: str) -> None:
    assert target(parameter(style, NUMBERS, default=default)) == f"/contacts?{sent}"


def test_the_default_of_an_object_is_sent_only_if_nothing_of_it_is_given() -> None:
    declared = parameter("deep", RANGE, default={"after": 5, "open": True})

    assert target(declared) == "/contacts?Ids%5Bafter%5D=5&Ids%5Bopen%5D=true"
    assert target(declared, ("ids[open]", "false")) == "/contacts?Ids%5Bopen%5D=false"
