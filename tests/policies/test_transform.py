"""The caller's words become the vendor's, and nothing that was not meant to cross does."""

from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Answer, Body, Call, Headers, Parameter, Reply, ReplyMapping, Send, Verdict
from gateway.errors import ContractViolation, InvalidRequest, NoSuchPage
from gateway_policies.transform import policy
from tests.kit import call, kit, pipeline, run, site

ID = Parameter(name="id", place="path", vendor="id", schema={}, required=True)
LIMIT = Parameter(name="limit", place="query", vendor="PageSize", schema={})
TENANT = Parameter(name="X-Tenant", place="header", vendor="X-Account", schema={})
OK = Reply(200)
ITEM: dict[str, Any] = {"route": "/api/v1/crm/contacts/{id}", "upstream": "/contacts/{id}", "parameters": (ID, LIMIT)}


def through(asked: dict[str, Any], answer: Reply = OK, **operation: Any) -> tuple[Call, Reply]:
    """What the vendor gets, and what comes back of what he answers."""
    seen: list[Call] = []

    async def vendor(call: Call) -> Reply:
        seen.append(call)
        return answer

    async def scenario() -> Reply:
        return await pipeline(policy, None, vendor, at=site(**operation))(call(**asked))

    came_back = run(scenario())
    return seen[0], came_back


def decoded(body: Body) -> Any:
    assert isinstance(body, bytes)
    return msgspec.json.decode(body)


def target(asked: dict[str, Any], **operation: Any) -> str:
    return through(asked, **operation)[0].target


@given(st.text(min_size=1))
def test_a_path_value_stays_in_its_segment_or_is_refused(value: str) -> None:
    try:
        asked = target({"path": {"id": value}}, **ITEM)
    except (InvalidRequest, UnicodeEncodeError):
        return
    prefix, _, segment = asked.rpartition("/")

    assert prefix == "/contacts"
    assert unquote(segment) == value
    assert segment not in {".", ".."}
    assert not set(segment) & set("/?#\\")


@pytest.mark.parametrize("value", ["", ".", "..", "a\\b", "a\0b", "a\nb"])
def test_what_could_climb_out_of_the_path_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest):
        target({"path": {"id": value}}, **ITEM)


def test_parameters_take_their_vendors_name_and_constants_are_added() -> None:
    send = Send(query={"alt": "json", "all": True})

    assert target({"path": {"id": "7"}, "query": (("limit", "5"),)}, **ITEM, send=send) == (
        "/contacts/7?alt=json&all=true&PageSize=5"
    )
    assert target({"path": {"id": "7"}}, **{**ITEM, "upstream": "/c/{id}.json?v=2"}) == "/c/7.json?v=2"


def test_a_query_value_cannot_become_another_parameter() -> None:
    assert target({"path": {"id": "7"}, "query": (("limit", "5&admin=1 +#"),)}, **ITEM) == (
        "/contacts/7?PageSize=5%26admin%3D1%20%2B%23"
    )


CALLERS: Headers = (
    (b"authorization", b"Bearer gateway-key"),
    (b"cookie", b"a=b"),
    (b"x-forwarded-for", b"1.2.3.4"),
    (b"connection", b"accept, x-account"),
    (b"accept", b"application/json"),
    (b"x-tenant", b"t1"),
    (b"x-other", b"1"),
    (b"user-agent", b"curl"),
    (b"accept-encoding", b"gzip"),
    (b"host", b"localhost"),
)


def test_only_listed_and_declared_fields_cross_to_the_vendor() -> None:
    sent, _ = through({"headers": CALLERS}, parameters=(TENANT,), send=Send(headers={"X-Api-Version": "2"}))

    assert dict(sent.headers) == {
        b"accept": b"application/json",
        b"x-account": b"t1",
        b"user-agent": b"integration-gateway",
        b"accept-encoding": b"identity",
        b"x-api-version": b"2",
    }


VENDORS: Headers = (
    (b"content-type", b"application/json"),
    (b"etag", b'"1"'),
    (b"set-cookie", b"a=b"),
    (b"server", b"nginx"),
    (b"location", b"https://crm.example/x"),
    (b"ratelimit", b"x"),
    (b"access-control-allow-origin", b"*"),
    (b"strict-transport-security", b"x"),
    (b"retry-after", b"5"),
)


def test_only_listed_fields_cross_to_the_caller_refusals_included() -> None:
    kept = {b"content-type": b"application/json", b"etag": b'"1"', b"retry-after": b"5"}
    verdict = Verdict(slug="x", status=400, title="x")

    assert dict(through({}, Reply(200, VENDORS, b"{}"))[1].headers) == kept
    assert dict(through({}, Reply(400, VENDORS, b"{}", verdict))[1].headers) == kept


def test_a_body_that_nothing_changes_passes_byte_for_byte() -> None:
    body = b'{ "b": 1,  "a": 2 }'
    sent, answer = through({"body": body, "payload": {"b": 1, "a": 2}}, Reply(200, (), body), body={}, method="POST")

    assert sent.body == body
    assert answer.body == body


def test_a_form_is_written_as_forms_are() -> None:
    payload = {"to": "+1 5", "media": ["a", "b"], "flag": True, "n": 1.5, "gone": None, "o": {"k": 1}, "ü": "é&="}
    sent, _ = through(
        {"body": b"{}", "payload": payload},
        body={},
        method="POST",
        send=Send(encode="form", rename={"to": "To", "media": "MediaUrl"}, body={"Fixed": "yes"}),
    )

    assert sent.body == (
        b"To=%2B1+5&MediaUrl=a&MediaUrl=b&flag=true&n=1.5&o=%7B%22k%22%3A1%7D&%C3%BC=%C3%A9%26%3D&Fixed=yes"
    )
    assert sent.header(b"content-type") == b"application/x-www-form-urlencoded"


def test_json_is_renamed_and_completed() -> None:
    sent, _ = through(
        {"body": b'{"a":1}', "payload": {"a": 1}}, body={}, method="POST", send=Send(rename={"a": "A"}, body={"b": [2]})
    )

    assert decoded(sent.body) == {"A": 1, "b": [2]}


def test_an_answer_is_selected_and_renamed() -> None:
    vendor = Reply(200, VENDORS, b'{"results": [{"createdAt": 1, "x": {"createdAt": 2}}]}')
    _, answer = through({}, vendor, reply=ReplyMapping(select="results", rename={"createdAt": "created_at"}))

    assert decoded(answer.body) == [{"created_at": 1, "x": {"createdAt": 2}}]
    assert answer.header(b"etag") is None


def test_an_answer_that_must_be_read_and_is_no_json_is_a_broken_contract() -> None:
    with pytest.raises(ContractViolation):
        through({}, Reply(200, (), b"<html>"), reply=ReplyMapping(select="a"))


PAGED: dict[str, Any] = {
    "base_url": "https://crm.example/v1",
    "public_url": "https://gw.example",
    "reply": ReplyMapping(links=('$["@odata.nextLink"]', "$.items[*].url")),
    "parameters": (Parameter(name="cursor", place="query", vendor="cursor", schema={}),),
}


def test_a_link_leads_to_the_gateway_and_back_to_the_vendors_page() -> None:
    page = {"@odata.nextLink": "https://crm.example/v1/contacts?$skip=10&x=%2F", "items": [{"url": "/v1/contacts/7"}]}

    async def scenario() -> tuple[Any, list[str]]:
        asked: list[str] = []

        async def vendor(call: Call) -> Reply:
            asked.append(call.target)
            return Reply(200, (), msgspec.json.encode(page))

        handler = pipeline(policy, None, vendor, at=site(**PAGED), using=kit())
        first = decoded((await handler(call())).body)
        cursors = [link.partition("?cursor=")[2] for link in (first["@odata.nextLink"], first["items"][0]["url"])]
        for cursor in cursors:
            await handler(call(query=(("cursor", cursor),)))
        with pytest.raises(NoSuchPage):
            await handler(call(query=(("cursor", "A" + cursors[0][1:]),)))
        return first, asked

    first, asked = run(scenario())

    assert first["@odata.nextLink"].startswith("https://gw.example/api/v1/crm/contacts?cursor=")
    assert asked == ["/contacts", "/contacts?$skip=10&x=%2F", "/contacts/7"]


@pytest.mark.parametrize("link", ["https://evil.example/v1/x", "https://crm.example/v2/x", "//evil.example/v1/", "é"])
def test_a_link_that_leads_elsewhere_is_no_link(link: str) -> None:
    _, answer = through({}, Reply(200, (), msgspec.json.encode({"@odata.nextLink": link, "items": []})), **PAGED)

    assert decoded(answer.body)["@odata.nextLink"] is None


def test_such_a_link_is_left_out_where_no_null_may_stand() -> None:
    page = {"properties": {"@odata.nextLink": {"type": "string"}}}
    body = msgspec.json.encode({"@odata.nextLink": "https://evil.example/v1/x", "items": []})

    _, answer = through({}, Reply(200, (), body), **PAGED, answers=(Answer(status=200, schema=page),))

    assert decoded(answer.body) == {"items": []}


def test_such_a_link_breaks_the_contract_where_an_address_has_to_be() -> None:
    page = {"required": ["@odata.nextLink"], "properties": {"@odata.nextLink": {"type": "string", "format": "uri"}}}
    body = msgspec.json.encode({"@odata.nextLink": "https://evil.example/v1/x", "items": []})

    with pytest.raises(ContractViolation):
        through({}, Reply(200, (), body), **PAGED, answers=(Answer(status=200, schema=page),))


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "=" * 9, "A" * 4000])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(NoSuchPage):
        through({"query": (("cursor", cursor),)}, **PAGED)
