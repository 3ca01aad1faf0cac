"""What is answered again, to whom, and what the answer says of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Caller, Duration, Parameter, Reply, Verdict
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, kit, run, site
from tests.policies.cached import JSON, Vendor, World, asking, cached, notes, told

FIRST = b"answer 1", b"fwd=uri-miss; stored; ttl=60"
HIT = b"answer 1", b"hit; ttl=60"


def ask(handler: Any, *calls: Call) -> list[Reply]:
    """Asks one after the other."""

    async def main() -> list[Reply]:
        return [await handler(each) for each in calls]

    return run(main())


def tell(handler: Any, *calls: Call) -> list[tuple[bytes, bytes | None]]:
    return [told(reply) for reply in ask(handler, *calls)]


def test_an_answer_is_given_again_while_it_is_fresh() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor)
        assert told(await handler(call())) == FIRST
        await asyncio.sleep(59.5)
        hit = await handler(call())
        assert told(hit) == (b"answer 1", b"hit; ttl=0")
        assert hit.header(b"age") == b"59"
        await asyncio.sleep(0.5)
        assert told(await handler(call())) == (b"answer 2", b"fwd=stale; stored; ttl=60")

    run(main())


def test_what_was_decided_is_noted() -> None:
    first, second, third = call(), call(), asking(cache_control="no-store")
    ask(cached(Vendor()), first, second, third)
    assert [notes(each) for each in (first, second, third)] == [
        ["cache.miss", "cache.stored"],
        ["cache.hit"],
        ["cache.bypass"],
    ]
    assert second.trail.events[0].detail == {"ttl": 60}


@pytest.mark.parametrize(
    "other",
    [
        call(path={"id": "2"}),
        call(query=(("page", "2"),)),
        call(query=(("page", "1"), ("page", "2"))),
        call(query=(("page", "2"), ("page", "1"))),
        call(body=b"{}"),
    ],
)
def test_what_asks_for_something_else_gets_something_else(other: Call) -> None:
    assert tell(cached(Vendor()), call(path={"id": "1"}, query=(("page", "1"),)), call(), other)[2] == (
        b"answer 3",
        b"fwd=uri-miss; stored; ttl=60",
    )


def test_the_order_of_values_of_one_parameter_is_the_callers() -> None:
    there, back = call(query=(("sort", "name"), ("sort", "age"))), call(query=(("sort", "age"), ("sort", "name")))
    assert [body for body, _ in tell(cached(Vendor()), there, back)] == [b"answer 1", b"answer 2"]


@given(st.dictionaries(st.text(), st.text(), max_size=5).flatmap(lambda d: st.permutations(list(d.items()))))
def test_the_order_of_parameters_does_not_matter(pairs: list[tuple[str, str]]) -> None:
    assert tell(cached(Vendor()), call(query=tuple(pairs)), call(query=tuple(sorted(pairs)))) == [FIRST, HIT]


def test_two_endpoints_never_share_an_answer() -> None:
    world, vendor = World(), Vendor()
    one, other = world.endpoint(vendor), world.endpoint(vendor, {"integration": "erp"})
    third = world.endpoint(vendor, {"name": "get_contact"})
    assert [ask(each, call())[0].body for each in (one, other, third)] == [b"answer 1", b"answer 2", b"answer 3"]


callers = st.builds(Caller, st.sampled_from("ab"), st.just(""), st.sampled_from([None, "a", "b"]))


@given(st.lists(callers, max_size=30))
def test_two_users_never_mix_where_the_credential_is_theirs(those: list[Caller]) -> None:
    async def echo(call: Call) -> Reply:
        return Reply(200, (), repr(call.caller.user or (call.caller.id,)).encode())

    handler = World().endpoint(echo, {"user_bound": True})
    for caller, reply in zip(those, ask(handler, *(call(caller=each) for each in those)), strict=True):
        assert reply.body == repr(caller.user or (caller.id,)).encode()


def test_a_user_gets_his_own_answer_again_through_whomever_he_asks() -> None:
    handler = World().endpoint(Vendor(), {"user_bound": True})
    assert tell(handler, call(caller=Caller("web", user="ann")), call(caller=Caller("app", user="ann"))) == [FIRST, HIT]


def test_everybody_shares_an_answer_where_the_credential_is_the_integrations() -> None:
    assert tell(cached(Vendor()), call(caller=Caller("ann")), call(caller=Caller("bob"))) == [FIRST, HIT]


def test_an_answer_varies_with_the_headers_that_are_declared() -> None:
    parameter = Parameter(name="X-Region", place="header", vendor="X-Region", schema={})
    handler = World().endpoint(Vendor(), {"parameters": (parameter,)}, vary=("Prefer",))
    asked = [
        asking(prefer="a"),
        asking(prefer="b"),
        asking(),
        asking(x_region="eu"),
        asking(x_region="us"),
        asking(prefer="a"),
    ]
    bodies = [body for body, _ in tell(handler, *asked)]
    assert bodies == [b"answer 1", b"answer 2", b"answer 3", b"answer 4", b"answer 5", b"answer 1"]


def test_an_undeclared_header_neither_splits_nor_shapes_what_is_kept() -> None:
    vendor = Vendor()
    handler = cached(vendor, vary=("accept",))
    polite = {"accept": "text/csv", "accept_language": "de", "x_trace": "1"}
    assert tell(handler, asking(**polite), asking(accept="text/csv", prefer="x")) == [FIRST, HIT]
    assert vendor.calls[0].headers == ((b"accept", b"text/csv"), (b"x-trace", b"1"))


def test_nobodys_condition_or_range_reaches_the_vendor() -> None:
    vendor = Vendor()
    conditions = {"if_none_match": '"a"', "if_match": "*", "if_modified_since": "x", "range": "bytes=0-1"}
    assert ask(cached(vendor), asking(**conditions, x_trace="1"))[0].status == 200
    assert vendor.calls[0].headers == ((b"x-trace", b"1"),)


def test_a_caller_may_insist_on_a_new_answer() -> None:
    handler = cached(Vendor())
    assert tell(handler, call(), asking(cache_control="max-age=0, No-Cache"), call()) == [
        FIRST,
        (b"answer 2", b"fwd=request; stored; ttl=60"),
        (b"answer 2", b"hit; ttl=60"),
    ]


@pytest.mark.parametrize(
    "other", [asking(cache_control="no-store"), asking(gateway_stub_scenario="slow"), call(method="POST")]
)
def test_what_goes_past_the_cache_leaves_it_alone(other: Call) -> None:
    assert tell(cached(Vendor(seconds=0)), call(), other, call()) == [FIRST, (b"answer 2", b"fwd=bypass"), HIT]


def test_a_search_by_post_is_cached_where_that_is_declared() -> None:
    handler = World().endpoint(Vendor(), {"method": "POST"}, methods=("POST",))
    one, other = call(method="POST", body=b'{"q":1}'), call(method="POST", body=b'{"q":2}')
    assert [body for body, _ in tell(handler, one, other, one)] == [b"answer 1", b"answer 2", b"answer 1"]


async def chunks() -> AsyncIterator[bytes]:
    yield b"an"
    yield b"swer"


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(201, (), b"x"), b"fwd=uri-miss"),
        (Reply(204), b"fwd=uri-miss"),
        (Reply(404, (), b"x"), None),
        (Reply(500, (), b"x"), None),
        (Reply(200, (), b"x", Verdict(slug="no", status=422, title="No")), None),
        (Reply(200, ((b"set-cookie", b"a=b"),), b"x"), b"fwd=uri-miss"),
        (Reply(200, (), b"x" * 9 * 1024 * 1024), b"fwd=uri-miss"),
    ],
)
def test_only_whole_successes_are_kept_and_errors_carry_no_cache_status(reply: Reply, status: bytes | None) -> None:
    vendor = Vendor()
    vendor.reply = reply
    found = tell(cached(vendor), call(), call())
    assert found == [(reply.body, status)] * 2
    assert len(vendor.calls) == 2


def test_a_stream_is_read_whole_so_that_all_waiters_can_have_it_and_is_not_kept() -> None:
    async def streaming(call: Call) -> Reply:
        await asyncio.sleep(1)
        return Reply(200, (), chunks())

    async def main() -> list[Reply]:
        handler = cached(streaming)
        return [*await asyncio.gather(handler(call()), handler(call())), await handler(call())]

    assert [told(reply) for reply in run(main())] == [
        (b"answer", b"fwd=uri-miss"),
        (b"answer", b"fwd=uri-miss; collapsed"),
        (b"answer", b"fwd=uri-miss"),
    ]


def test_a_changed_endpoint_does_not_give_out_what_it_kept_before() -> None:
    world, vendor = World(), Vendor(seconds=0)
    assert tell(world.endpoint(vendor), call()) == [FIRST]
    assert tell(world.endpoint(vendor), call()) == [HIT]
    assert tell(world.endpoint(vendor, {"upstream": "/v2/contacts"}), call())[0][0] == b"answer 2"
    assert tell(world.endpoint(vendor, {"upstream": "/v2/contacts"}, ttl=Duration(5)), call())[0][0] == b"answer 3"


def test_streamed_and_native_endpoints_are_not_cached() -> None:
    settings = Cache(ttl=Duration(60))
    assert cache.policy.build(settings, site(stream=True), kit()) == {}
    assert cache.policy.build(settings, site(native=True), kit()) == {}
    assert cache.policy.build(None, site(), kit()) == {}


def test_the_entity_tag_is_of_body_and_type() -> None:
    first, hit = ask(cached(Vendor()), call(), call())
    tag = b'"' + hashlib.sha256(JSON[1] + b"\0answer 1").hexdigest()[:32].encode() + b'"'
    assert first.header(b"etag") == hit.header(b"etag") == tag


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ttl": Duration(0)}, "`ttl` has to be more than zero"),
        ({"tags": ("*",)}, "`*` is no tag"),
        ({"respect_upstream": True, "methods": ("GET", "POST")}, "take POST out of `methods`"),
    ],
)
def test_settings_that_could_not_work_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("*", r"\*")):
        Cache(**{"ttl": Duration(60), **fields})


@pytest.mark.parametrize("field", ["vary", "methods"])
def test_a_header_or_method_that_is_none_is_refused(field: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"ttl": 60.0, field: ["*"]}, Cache, dec_hook=lambda kind, value: kind(value))
