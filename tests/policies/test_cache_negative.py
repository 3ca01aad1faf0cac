"""That there is no such thing may be kept too, for a while; and callers in a hurry do not cut others short."""

import asyncio

import pytest

from gateway import Duration, Handler, Reply, Verdict
from tests.kit import call, clock, run
from tests.policies.cached import Vendor, World, cached

MISSING = Reply(404, (), b"{}", Verdict(slug="no-such-contact", status=404, title="No such contact"))


def missing() -> Vendor:
    vendor = Vendor()
    vendor.reply = MISSING
    return vendor


async def asked(handler: Handler, times: int = 1) -> list[tuple[int, str]]:
    replies = [await handler(call()) for _ in range(times)]
    return [(reply.status, reply.verdict.slug if reply.verdict else "") for reply in replies]


def test_what_is_not_there_is_asked_for_once_in_a_while() -> None:
    async def main() -> None:
        vendor = missing()
        handler = cached(vendor, negative=Duration(30))
        assert await asked(handler, 5) == [(404, "no-such-contact")] * 5
        assert len(vendor.calls) == 1
        await asyncio.sleep(30)
        vendor.reply = None
        assert await asked(handler) == [(200, "")]

    run(main())


def test_unless_declared_it_is_not_kept() -> None:
    async def main() -> None:
        vendor = missing()
        await asked(cached(vendor), 3)
        assert len(vendor.calls) == 3

    run(main())


def test_it_is_never_given_out_stale() -> None:
    async def main() -> None:
        vendor = missing()
        times = {"stale_if_error": Duration(600), "stale_while_revalidate": Duration(600)}
        handler = cached(vendor, negative=Duration(30), **times)
        await asked(handler)
        await asyncio.sleep(31)
        vendor.reply = Reply(502)
        assert (await handler(call())).status == 502

    run(main())


def test_a_write_drops_it() -> None:
    async def main() -> None:
        world, vendor = World(), missing()
        handler = world.endpoint(vendor, negative=Duration(30), tags=("contacts",))
        await asked(handler)
        vendor.reply = None
        await world.write(Vendor(), "contacts")(call(endpoint="crm.add_contact", method="POST"))
        assert await asked(handler) == [(200, "")]

    run(main())


def test_a_refusal_is_not_kept() -> None:
    async def main() -> None:
        for status in (401, 403, 429, 500):
            vendor = Vendor()
            vendor.reply = Reply(status)
            await asked(cached(vendor, negative=Duration(30)), 2)
            assert len(vendor.calls) == 2

    run(main())


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(slug="x", status=401, title="X", kind="auth_failed"),
        Verdict(slug="x", status=429, title="X", kind="rate_limited"),
        Verdict(slug="x", status=502, title="X", kind="transient"),
        Verdict(slug="x", status=404, title="X", retryable=True),
    ],
)
def test_a_404_that_means_something_else_is_not_kept(verdict: Verdict) -> None:
    async def main() -> None:
        vendor = Vendor()
        vendor.reply = Reply(404, (), b"{}", verdict)
        await asked(cached(vendor, negative=Duration(30)), 2)
        assert len(vendor.calls) == 2

    run(main())


def test_the_answer_of_one_thing_goes_when_there_is_no_such_thing_any_more() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = cached(vendor, negative=Duration(30), stale_if_error=Duration(600))
        await asked(handler)
        vendor.reply = MISSING
        await asyncio.sleep(61)
        assert await asked(handler, 2) == [(404, "no-such-contact")] * 2
        assert len(vendor.calls) == 2

    run(main())


def test_who_is_in_a_hurry_cuts_nobody_short() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=2.0)
        handler = cached(vendor)
        hurried = call(headers=((b"x-request-timeout", b"1"),))
        first = asyncio.ensure_future(handler(hurried))
        await asyncio.sleep(0.5)
        others = asyncio.gather(*(handler(call()) for _ in range(3)))
        await asyncio.sleep(0.5)
        first.cancel()
        assert {reply.body for reply in await others} == {b"answer 2"}

    run(main())


def test_who_is_in_a_hurry_joins_others() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=2.0)
        handler = cached(vendor)
        first = asyncio.ensure_future(handler(call()))
        await asyncio.sleep(1.5)
        assert (await handler(call(headers=((b"x-request-timeout", b"1"),)))).body == b"answer 1"
        await first

    run(main())


@pytest.mark.parametrize(("later", "asked"), [(0.05, 1), (0.5, 2)])
def test_those_in_about_the_same_hurry_join_each_other(later: float, asked: int) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0.9)
        handler = cached(vendor)

        async def hurried() -> Reply:
            return await handler(call(headers=((b"x-request-timeout", b"1"),), deadline=clock() + 1))

        first = asyncio.ensure_future(hurried())
        await asyncio.sleep(later)
        await asyncio.gather(first, hurried())
        assert len(vendor.calls) == asked

    run(main())
