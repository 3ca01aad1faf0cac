"""What a caller may ask, what he is told about it, and whom it concerns."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Caller, Duration, Handler, Kit, Reply, Verdict
from gateway.errors import GatewayError, QuotaExceeded, UpstreamReset
from gateway_policies import quota
from gateway_policies.quota import Quota, Quotas
from tests.kit import call, kit, pipeline, run, site


async def ok(call: Call) -> Reply:
    return Reply(200, headers=((b"etag", b"1"),))


async def down(call: Call) -> Reply:
    raise UpstreamReset(headers=((b"x", b"y"),))


def limited(send: Handler = ok, using: Kit | None = None, scope: str = "crm", **fields: Any) -> Handler:
    declared = Quota(**{"requests": 60, "per": Duration(60), **fields})
    return pipeline(quota.policy, declared, send, at=site(scope), using=using)


async def passed(handler: Handler, times: int, **fields: Any) -> int:
    """How many of so many requests at once pass."""
    found = await asyncio.gather(*(handler(call(**fields)) for _ in range(times)), return_exceptions=True)
    assert all(isinstance(each, Reply | QuotaExceeded) for each in found)
    return sum(isinstance(each, Reply) for each in found)


def told(answer: Reply | GatewayError) -> tuple[bytes | None, bytes | None]:
    fields = dict(answer.headers)
    return fields.get(b"ratelimit-policy"), fields.get(b"ratelimit")


def test_a_full_quota_may_be_used_at_once_and_comes_back_one_by_one() -> None:
    async def main() -> None:
        handler = limited()
        assert await passed(handler, 100) == 60
        await asyncio.sleep(0.9)
        assert await passed(handler, 100) == 0
        await asyncio.sleep(0.2)
        assert await passed(handler, 100) == 1
        await asyncio.sleep(600)
        assert await passed(handler, 100) == 60

    run(main())


def test_every_answer_tells_the_policy_and_what_is_left() -> None:
    async def main() -> None:
        handler = limited()
        first, second = await handler(call()), await handler(call())
        assert told(first) == (b'"default";q=60;w=60', b'"default";r=59;t=1')
        assert told(second) == (b'"default";q=60;w=60', b'"default";r=58;t=1')
        assert first.header(b"etag") == b"1"

    run(main())


def test_an_error_from_below_tells_it_too() -> None:
    async def main() -> None:
        with pytest.raises(UpstreamReset) as caught:
            await limited(down)(call())
        assert told(caught.value) == (b'"default";q=60;w=60', b'"default";r=59;t=1')
        assert dict(caught.value.headers)[b"x"] == b"y"

    run(main())


def test_who_used_it_up_is_told_when_to_come_again_and_may_then() -> None:
    async def main() -> None:
        handler = limited(requests=2)
        await passed(handler, 2)
        await asyncio.sleep(10)
        with pytest.raises(QuotaExceeded) as caught:
            await handler(call())
        assert caught.value.retry_after == pytest.approx(20)
        assert told(caught.value) == (b'"default";q=2;w=60', b'"default";r=0;t=20')
        await asyncio.sleep(caught.value.retry_after or 0)
        assert await passed(handler, 2) == 1

    run(main())


def test_a_refused_request_costs_nothing() -> None:
    async def main() -> None:
        handler = limited(requests=1, per=Duration(10))
        await passed(handler, 50)
        await asyncio.sleep(10)
        assert await passed(handler, 1) == 1

    run(main())


def test_one_callers_greed_is_not_anothers_loss() -> None:
    async def main() -> None:
        handler = limited(requests=1)
        assert await passed(handler, 5, caller=Caller("ann")) == 1
        assert await passed(handler, 5, caller=Caller("bob")) == 1

    run(main())


@pytest.mark.parametrize(
    ("by", "one", "other", "same"),
    [
        ("caller", Caller("app", "1.1.1.1", "ann"), Caller("app", "2.2.2.2", "bob"), True),
        ("user", Caller("app", user="ann"), Caller("app", user="bob"), False),
        ("user", Caller("app", user="ann"), Caller("other", user="ann"), True),
        ("user", Caller("ann"), Caller("app", user="ann"), False),
        ("ip", Caller("app", "1.1.1.1"), Caller("app", "2.2.2.2"), False),
        ("ip", Caller("app", "1.1.1.1"), Caller("other", "1.1.1.1"), True),
        ("ip", Caller("app", "2001:db8::1"), Caller("app", "2001:db8::2"), True),
        ("ip", Caller("app", "2001:db8::1"), Caller("app", "2001:db8:0:1::1"), False),
        ("ip", Caller("app", "::ffff:1.1.1.1"), Caller("app", "1.1.1.1"), True),
        ("ip", Caller("app", "::ffff:1.1.1.1"), Caller("app", "::ffff:1.1.1.2"), False),
        ("ip", Caller("app", "not:an:address"), Caller("app", "not:another"), False),
    ],
)
def test_it_counts_for_whom_the_config_says(by: str, one: Caller, other: Caller, same: bool) -> None:
    async def main() -> None:
        handler = limited(requests=1, by=by)
        await handler(call(caller=one))
        assert await passed(handler, 1, caller=other) == (0 if same else 1)

    run(main())


def test_the_endpoints_of_one_scope_share_a_quota_and_another_scope_has_its_own() -> None:
    async def main() -> None:
        shared = kit()
        await limited(using=shared, requests=1)(call())
        assert await passed(limited(using=shared, requests=1), 1) == 0
        assert await passed(limited(using=shared, requests=1, scope="crm.send"), 1) == 1

    run(main())


def test_the_trail_tells_what_was_decided() -> None:
    async def main() -> None:
        asked, handler = call(), limited(requests=1)
        await handler(asked)
        with pytest.raises(QuotaExceeded):
            await handler(asked)
        assert [(event.name, dict(event.detail)) for event in asked.trail.events] == [
            ("quota.allowed", {"remaining": 0}),
            ("quota.refused", {"retry_after": 60.0}),
        ]

    run(main())


def test_callers_whose_quota_is_full_again_are_forgotten() -> None:
    now = [0.0]
    quotas = Quotas(10, 10, lambda: now[0])
    for number in range(1000):
        now[0] += 0.5
        quotas.take(f"caller {number}")
    assert len(quotas) <= 3


def test_memory_is_bounded_even_while_all_are_busy() -> None:
    quotas = Quotas(1, 3600, lambda: 0.0, most=100)
    for number in range(1000):
        quotas.take(f"caller {number}")
    assert len(quotas) == 100


def test_a_time_too_short_to_tell_callers_about_is_refused() -> None:
    with pytest.raises(ValueError, match="`per` has to be at least 1s"):
        Quota(requests=1, per=Duration(0.5))


@given(
    requests=st.integers(1, 50),
    per=st.floats(1, 1000),
    gaps=st.lists(st.one_of(st.just(0.0), st.floats(0, 100)), max_size=300),
)
def test_never_does_more_pass_than_a_full_quota_and_what_came_back_meanwhile(
    requests: int, per: float, gaps: list[float]
) -> None:
    now, times = 0.0, []
    quotas = Quotas(requests, per, lambda: now)
    for gap in gaps:
        now += gap
        if quotas.take("ann").allowed:
            times.append(now)
    for position, begin in enumerate(times):
        for count, end in enumerate(times[position:], start=1):
            assert count <= requests + (end - begin) * requests / per + 1e-6


@given(requests=st.integers(1, 1000), per=st.floats(1, 86400), used=st.integers(0, 1000))
def test_what_it_says_is_left_is_what_passes(requests: int, per: float, used: int) -> None:
    quotas = Quotas(requests, per, lambda: 12345.678)
    share = quotas.take("ann")
    for _ in range(min(used, requests) - 1):
        share = quotas.take("ann")
    assert all(quotas.take("ann").allowed for _ in range(share.remaining))
    assert not quotas.take("ann").allowed


def test_a_vendors_refusal_tells_what_is_left_too() -> None:
    async def refusing(call: Call) -> Reply:
        return Reply(404, verdict=Verdict(slug="gone", status=404, title="Gone"))

    async def main() -> None:
        reply = await limited(refusing)(call())
        assert reply.verdict is not None
        assert dict(reply.verdict.headers)[b"ratelimit"] == b'"default";r=59;t=1'

    run(main())
