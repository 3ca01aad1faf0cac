"""What an endpoint does not declare is refused, and all that is wrong is told at once."""

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Answer, Call, Parameter, Reply, ReplyMapping
from gateway.errors import ContractViolation, InvalidRequest, UnsupportedMediaType, Violation
from gateway_policies.strict_json import Malformed, decode
from gateway_policies.validate import policy
from tests.kit import call, pipeline, run, site

JSON = (b"content-type", b"application/json")
LIMIT = Parameter(name="limit", place="query", vendor="limit", schema={"type": "integer", "minimum": 1}, default=5)
IDS = Parameter(name="ids", place="query", vendor="ids", schema={"type": "array", "items": {"type": "integer"}})
FIELDS = Parameter(
    name="fields", place="query", vendor="f", schema={"type": "array", "items": {"enum": ["a", "b"]}}, style="comma"
)
SINCE = Parameter(name="since", place="query", vendor="since", schema={"type": "string", "format": "date-time"})
ID = Parameter(name="id", place="path", vendor="id", schema={"type": "string", "format": "uuid"}, required=True)
TENANT = Parameter(name="X-Tenant", place="header", vendor="X-Tenant", schema={"maxLength": 3}, required=True)
OK = Reply(200)
BODY = {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}}, "additionalProperties": False}


def passed(asked: dict[str, Any], answer: Reply = OK, **operation: Any) -> Call:
    """The call as it reaches the next stage. Raises what validate raises."""
    seen: list[Call] = []

    async def forward(call: Call) -> Reply:
        seen.append(call)
        return answer

    async def scenario() -> None:
        await pipeline(policy, None, forward, at=site(**operation))(call(**asked))

    run(scenario())
    return seen[0]


def refused(asked: dict[str, Any], **operation: Any) -> list[Violation]:
    with pytest.raises(InvalidRequest) as caught:
        passed(asked, **operation)
    return list(caught.value.violations)


def test_a_default_is_sent_unless_the_caller_says_otherwise() -> None:
    assert passed({}, parameters=(LIMIT,)).query == (("limit", "5"),)
    assert passed({"query": (("limit", "7"),)}, parameters=(LIMIT,)).query == (("limit", "7"),)


def test_a_cursor_stands_for_the_required_parameters_of_its_first_page() -> None:
    start = Parameter(name="start", place="query", vendor="start", schema={"type": "string"}, required=True)
    cursor = Parameter(name="cursor", place="query", vendor="cursor", schema={"type": "string"})
    paged: dict[str, Any] = {"parameters": (start, cursor), "reply": ReplyMapping(links=("$.next",))}

    assert passed({"query": (("cursor", "abc"),)}, **paged).query == (("cursor", "abc"),)
    assert [violation.name for violation in refused({}, **paged)] == ["start"]


@pytest.mark.parametrize("text", ["0", "1.5", "x", "", "1e2", "٣", "01", " 1", "1_0"])
def test_a_text_that_is_no_such_number_is_refused(text: str) -> None:
    (violation,) = refused({"query": (("limit", text),)}, parameters=(LIMIT,))

    assert (violation.place, violation.name) == ("query", "limit")


def test_unknown_and_repeated_parameters_are_told_together() -> None:
    query = (("limit", "1"), ("limit", "2"), ("limt", "3"))
    violations = refused({"query": query}, parameters=(LIMIT,))

    assert {violation.name: violation.detail for violation in violations} == {
        "limit": "given more than once",
        "limt": "unknown parameter: expected one of limit",
    }


def test_lists_repeat_their_name_or_separate_by_comma_as_declared() -> None:
    assert passed({"query": (("ids", "1"), ("ids", "2"))}, parameters=(IDS,)).query == (("ids", "1"), ("ids", "2"))
    assert passed({"query": (("fields", "a,b"),)}, parameters=(FIELDS,)).query == (("fields", "a,b"),)
    assert refused({"query": (("ids", "1"), ("ids", "x"))}, parameters=(IDS,))
    assert refused({"query": (("fields", "a,c"),)}, parameters=(FIELDS,))


def test_formats_are_asserted() -> None:
    assert refused({"query": (("since", "yesterday"),)}, parameters=(SINCE,))
    assert refused({"path": {"id": "7"}}, parameters=(ID,))


def test_a_declared_header_is_held_to_its_schema() -> None:
    assert refused({}, parameters=(TENANT,))[0].detail == "required"
    assert refused({"headers": ((b"x-tenant", b"abcd"),)}, parameters=(TENANT,))
    twice = ((b"x-tenant", b"a"), (b"x-tenant", b"b"))
    assert refused({"headers": twice}, parameters=(TENANT,))[0].detail == "given more than once"
    assert passed({"headers": ((b"x-tenant", b"abc"),)}, parameters=(TENANT,))


def test_a_body_is_decoded_once_and_kept_as_it_came() -> None:
    call = passed({"headers": (JSON,), "body": b'{ "to": "x" }'}, body=BODY, method="POST")

    assert call.payload == {"to": "x"}
    assert call.body == b'{ "to": "x" }'


@pytest.mark.parametrize(
    ("body", "pointer"),
    [(b"{}", ""), (b'{"to": 1}', "/to"), (b'{"to": "a", "x": 1}', ""), (b"[]", ""), (b"null", "")],
)
def test_a_body_that_breaks_its_schema_is_refused_at_its_place(body: bytes, pointer: str) -> None:
    (violation,) = refused({"headers": (JSON,), "body": body}, body=BODY, method="POST")

    assert (violation.place, violation.pointer) == ("body", pointer)


HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe",
    b'"\xff"',
    b"\xef\xbb\xbf{}",
    b"[" * 10_000,
    b'{"a":' * 10_000,
    b'{"to": "a", "to": "b"}',
    b'[{"a": {"b": 1, "b": 2}}]',
    b"NaN",
    b"[Infinity]",
    b"1" * 5_000,
    b"1e400",
    b'"\\ud800"',
    b"{'to': 1}",
    b'{"a": 1,}',
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_json_is_the_callers_fault_and_nothing_worse(body: bytes) -> None:
    (violation,) = refused({"headers": (JSON,), "body": body}, body={}, method="POST")

    assert violation.place == "body"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_malformed(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode(body)


@pytest.mark.parametrize("kind", [b"text/plain", b"", b"application/json; charset=latin1", b"application/jsonx"])
def test_another_media_type_is_not_read(kind: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        passed({"headers": ((b"content-type", kind),), "body": b"{}"}, body={}, method="POST")


@pytest.mark.parametrize(
    "kind", [b"application/json", b"application/merge-patch+json", b'Application/JSON; charset="UTF-8"']
)
def test_json_by_any_of_its_names_is_read(kind: bytes) -> None:
    assert passed({"headers": ((b"content-type", kind),), "body": b"{}"}, body={}, method="POST").payload == {}


def test_an_endpoint_without_a_body_takes_none() -> None:
    assert refused({"body": b"x", "headers": (JSON,)})[0].detail == "this endpoint takes no body"


def test_a_declared_body_is_held_to_its_schema_however_the_answer_comes() -> None:
    (violation,) = refused({"body": b"{}", "headers": (JSON,)}, body=BODY, stream=True)

    assert violation.place == "body"


def test_what_a_streamed_endpoint_does_not_declare_passes_as_it_comes() -> None:
    assert passed({"body": b"\0anything"}, stream=True).payload is msgspec.UNSET


def test_a_strict_endpoint_refuses_an_answer_that_breaks_its_schema() -> None:
    answers = (Answer(status=200, schema={"type": "array"}),)

    assert passed({}, Reply(200, (), b"[]"), strict=True, answers=answers)
    assert passed({}, Reply(200, (), b"{}"), strict=False, answers=answers)
    for body in (b"{}", b"", b"<html>"):
        with pytest.raises(ContractViolation):
            passed({}, Reply(200, (), body), strict=True, answers=answers)
