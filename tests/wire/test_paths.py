"""Whatever stands in a path, the vendor is asked below its base path or not at all, and nothing breaks."""

import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.sockets import Reading, connected, get, read_answer
from tests.wire.vendors import Wire
from tests.wire.world import BASE, check_well_formed

BOUNDED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NASTY = (
    "..", ".", "...", "%2e%2e", "%2E.", ".%2e", "%2e", "..%2f", "%2f", "%2F..", "..%5c", "%5c", "\\", "..\\", ";",
    "..;", "..;a=b", "%2e%2e%3b", "%00", "..%00", "a%00b", "", "%", "%2", "%zz", "%u002e", "%c0%ae%c0%ae", "%e0%80%af",
    "%ff", "\xc3\xa4", "%C3%A4", "%0d%0aX-Evil:%201", "%0a", "%20", "%09", "%7f", "%252e%252e", "%252f", "..%252f", "~",
    "@", "http:", "evil.example", "a:b@c", "%3f", "%23", "*", "{id}", "%ef%bc%8e%ef%bc%8e", "..%ef%bc%8f", '"', "|",
    "^", "[", "a" * 60, "a" * 60 + "%00",
)  # fmt: skip
PLACES = (
    "/{}", "/{}/", "/{}/..", "/../{}", "/api/{}", "/api/v1/{}", "/api/v1/crm/{}", "/api/v1/{}/contacts",
    "/api/v1/crm/contacts/{}", "/api/v1/crm/contacts/{}/notes/1", "/api/v1/crm/contacts/1/notes/{}",
    "/api/v1/crm/contacts/a{}", "/api/v1/crm/contacts/{}a", "/{}/native/crm/a", "/native/{}/a", "/native/crm/{}",
    "/native/crm/a/{}", "/native/crm/{}/a", "/native/crm/a{}", "/native/crm/{}/{}/{}/etc", "/native/crm/a?b={}",
)  # fmt: skip
TEMPLATES = ("/api/v1/crm/contacts/{}", "/api/v1/crm/contacts/{}/notes/{}", "/native/crm/{}", "/native/crm/{}/{}")

pieces = st.sampled_from((*NASTY, "/", "a", "b"))
paths = st.lists(pieces, max_size=8).map("".join)
octets = st.binary(max_size=12).map(lambda text: text.translate(None, b"\r\n ").decode("latin-1"))
escaped = st.binary(max_size=12).map(lambda text: "".join(f"%{byte:02x}" for byte in text))


@pytest.mark.parametrize("place", PLACES)
def test_no_path_leads_out_of_the_base_path(wire: Wire, place: str) -> None:
    for nasty in NASTY:
        _stays_below(wire, place.replace("{}", nasty))


@given(template=st.sampled_from(TEMPLATES), parts=st.tuples(*[st.one_of(paths, octets, escaped)] * 2))
@BOUNDED
def test_no_invented_path_leads_out_of_the_base_path(shared: Wire, template: str, parts: tuple[str, str]) -> None:
    _stays_below(shared, template.format(*parts))


@given(st.one_of(paths, octets, escaped))
@BOUNDED
def test_no_invented_query_reaches_the_vendor_as_anything_else(shared: Wire, text: str) -> None:
    for path in (f"/api/v1/crm/contacts?q={text}", f"/api/v1/crm/contacts?{text}", f"/native/crm/a?{text}"):
        _stays_below(shared, path)


names = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=12)
values = st.binary(max_size=30).map(lambda text: text.replace(b"\r\n", b"").decode("latin-1"))


@given(
    st.lists(st.tuples(st.one_of(names, st.sampled_from(("X-Tag", "Accept", "Connection", "TE"))), values), max_size=4)
)
@BOUNDED
def test_no_invented_field_breaks_the_request_to_the_vendor(shared: Wire, fields: list[tuple[str, str]]) -> None:
    _stays_below(shared, "/api/v1/crm/contacts", *(f"{name}: {value}" for name, value in fields))


def test_a_value_that_needs_escapes_is_the_same_value_at_the_vendor(wire: Wire) -> None:
    for sent, told in (
        ("a%2Fb", b"a%2Fb"),
        ("%61", b"a"),
        ("a;b", b"a%3Bb"),
        ("\xc3\xa4", b"%C3%A4"),
        ("%C3%A4", b"%C3%A4"),
        ("100%25", b"100%25"),
        ("a%3Fb%23c", b"a%3Fb%23c"),
        ("%252e%252e", b"%252e%252e"),
    ):
        wire.vendor.seen.clear()
        _stays_below(wire, f"/api/v1/crm/contacts/{sent}")
        assert [exchange.target for exchange in wire.vendor.seen] == [b"/base/contacts/" + told]


def _stays_below(wire: Wire, path: str, *lines: str) -> None:
    before = len(wire.vendor.seen)
    with connected(wire.port) as client:
        client.sendall(get(path, *lines, "Connection: close"))
        answer = read_answer(Reading(client))
    assert answer.status < 500, path
    for exchange in wire.vendor.seen[before:]:
        check_well_formed(exchange)
        assert _deepest(exchange.target).startswith(BASE), (path, exchange.target)


def _deepest(target: bytes) -> bytes:
    """Where a careless vendor would end up, who decodes first, takes `\\` for `/` and drops `;` and behind."""
    path = unquote_to_bytes(target.partition(b"?")[0]).replace(b"\\", b"/")
    assert not re.search(rb"[\x00-\x1f\x7f]", path), target
    kept: list[bytes] = []
    for segment in (part.partition(b";")[0] for part in path.split(b"/")[1:]):
        if segment == b"..":
            del kept[-1:]
        elif segment != b".":
            kept.append(segment)
    return b"/" + b"/".join(kept) + b"/"
