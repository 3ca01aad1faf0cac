"""Answers are kept as the vendor says, given to whom they are for, and asked for again when their time is over."""

import asyncio
from typing import Any

import pytest

from gateway import Call, Reply
from gateway_policies import transform
from tests.kit import call, pipeline, run, site
from tests.policies.cached import notes
from tests.policies.respected import Origin, Process, asks, respecting, said


def test_the_vendor_says_how_long_an_answer_is_fresh() -> None:
    async def main() -> None:
        handler = respecting(Origin(cache_control="max-age=10"))
        assert said(await handler(asks())) == (b"answer 1", "fwd=uri-miss; stored; ttl=10")
        await asyncio.sleep(4)
        reply = await handler(asks())
        assert said(reply) == (b"answer 1", "hit; ttl=6")
        assert reply.header(b"age") == b"4"
        await asyncio.sleep(6)
        assert said(await handler(asks())) == (b"answer 2", "fwd=stale; stored; ttl=10")

    run(main())


def test_where_the_vendor_says_nothing_ttl_holds() -> None:
    async def main() -> None:
        handler = respecting(Origin())
        await handler(asks())
        await asyncio.sleep(59)
        assert said(await handler(asks())) == (b"answer 1", "hit; ttl=1")
        await asyncio.sleep(1)
        assert said(await handler(asks()))[0] == b"answer 2"

    run(main())


def test_a_stale_answer_is_confirmed_by_the_vendor_and_is_fresh_again() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10", etag='"1"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT")
        handler = respecting(vendor)
        await handler(asks())
        await asyncio.sleep(10)
        asked = asks()
        assert said(await handler(asked)) == (b"answer 1", "fwd=stale; fwd-status=304; stored; ttl=10")
        assert notes(asked) == ["cache.miss", "cache.stored", "cache.confirmed"]
        assert vendor.calls[1].header(b"if-none-match") == b'"1"'
        assert vendor.calls[1].header(b"if-modified-since") == b"Sun, 06 Nov 1994 08:49:37 GMT"
        assert said(await handler(asks())) == (b"answer 1", "hit; ttl=10")

    run(main())


def test_what_is_always_to_be_checked_is_asked_for_each_time() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="no-cache", etag='"1"')
        handler = respecting(vendor)
        assert [said(await handler(asks()))[0] for _ in range(3)] == [b"answer 1"] * 3
        assert len(vendor.calls) == 3

    run(main())


@pytest.mark.parametrize("cache_control", ["no-store", "private, max-age=10"])
def test_what_may_not_be_kept_is_given_to_who_asked_and_to_nobody_else(cache_control: str) -> None:
    async def main() -> None:
        handler = respecting(Slow(cache_control=cache_control))
        first = await asyncio.gather(handler(asks()), handler(asks()))
        assert [said(reply) for reply in first] == [(b"answer 1", "fwd=uri-miss"), (b"answer 2", "fwd=uri-miss")]

    run(main())


class Slow(Origin):
    """Takes a second."""

    async def __call__(self, call: Call) -> Reply:
        reply = await super().__call__(call)
        await asyncio.sleep(1)
        return reply


def test_who_asks_the_same_at_once_gets_one_answer() -> None:
    async def main() -> None:
        vendor = Slow(cache_control="max-age=10")
        handler = respecting(vendor)
        replies = await asyncio.gather(*(handler(asks(traceparent=str(number))) for number in range(3)))
        assert [said(reply)[1] for reply in replies] == [
            "fwd=uri-miss; stored; ttl=9",
            *["fwd=uri-miss; collapsed; stored; ttl=9"] * 2,
        ]
        assert len(vendor.calls) == 1

    run(main())


def test_answers_that_vary_are_kept_beside_each_other() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10", vary="accept-language")
        handler = respecting(vendor, vary=("accept-language",))
        for number, language in ((1, "de"), (2, "fr"), (1, "de"), (2, "fr")):
            body = said(await handler(asks(accept_language=language)))[0]
            assert body == b"answer %d" % number
        assert said(await handler(asks()))[0] == b"answer 3"

    run(main())


def test_a_wish_that_is_not_declared_reaches_no_vendor() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10", vary="accept, accept-language, prefer")
        handler = respecting(vendor)
        await handler(
            asks(accept="x", accept_language="de", prefer="x", cache_control="max-age=5", if_none_match='"x"')
        )
        assert vendor.calls[0].headers == ()
        assert said(await handler(asks(accept="y")))[1] == "hit; ttl=10"

    run(main())


def test_a_declared_field_tells_answers_apart_even_if_the_vendor_forgets_to_say_so() -> None:
    async def main() -> None:
        handler = respecting(Origin(cache_control="max-age=10"), vary=("x-tenant",))
        assert [said(await handler(asks(x_tenant=tenant)))[0] for tenant in "aba"] == [
            b"answer 1",
            b"answer 2",
            b"answer 1",
        ]

    run(main())


def test_what_belongs_to_a_user_is_kept_for_him_alone_even_if_it_is_private() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="private, max-age=10")
        handler = Process().endpoint(vendor, {"user_bound": True})
        bodies = [said(await handler(asks(user=user)))[0] for user in ("ann", "bob", "ann", "bob", "")]
        assert bodies == [b"answer 1", b"answer 2", b"answer 1", b"answer 2", b"answer 3"]

    run(main())


@pytest.mark.parametrize(("kind", "crosses"), [("keeps", True), ("", False)])
def test_what_the_cache_says_crosses_and_what_a_vendor_says_of_his_own_does_not(kind: str, crosses: bool) -> None:
    async def main() -> None:
        seen: list[Call] = []

        async def vendor(call: Call) -> Reply:
            seen.append(call)
            return Reply(200, ((b"age", b"1"), (b"cache-status", b"x"), (b"cache-control", b"public")))

        handler = pipeline(transform.policy, None, vendor, at=site(http_cache=kind))
        reply = await handler(call(headers=((b"cache-control", b"no-cache"), (b"pragma", b"x"))))
        assert [name for name, _ in reply.headers] == ([b"age", b"cache-status"] if crosses else [])
        assert (seen[0].header(b"cache-control") is not None) == crosses

    run(main())


def test_another_caches_status_is_not_taken_for_ours() -> None:
    async def main() -> None:
        handler = respecting(Origin(cache_control="no-store", cache_status="elsewhere; hit"))
        reply: Any = await handler(asks())
        assert [value for name, value in reply.headers if name == b"cache-status"] == [b"gateway; fwd=uri-miss"]

    run(main())
