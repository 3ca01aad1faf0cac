"""What a write comes to, and what its repeat gets."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway import Caller, Duration, FailureClass, Reply, Verdict
from gateway.errors import (
    CircuitOpen,
    ConnectFailed,
    ContractViolation,
    InvalidRequest,
    ResponseTooLarge,
    UpstreamReset,
    UpstreamTimeout,
)
from gateway_policies.idempotency import Idempotency
from gateway_policies.idempotency_endings import LARGEST
from tests.kit import call, kit, run
from tests.policies.idempotent import JSON, Vendor, endpoint, outcome, outcomes, write


def refusal(status: int, kind: FailureClass | None = None) -> Reply:
    return Reply(status, (JSON,), b'{"wrong": true}', Verdict(slug="no", status=422, title="No", kind=kind))


def repeated(vendor: Vendor, fields: dict[str, Any] | None = None, **settings: Any) -> list[str]:
    """What a write and its repeat get."""
    return run(outcomes(endpoint(vendor, fields=fields, **settings), write(), write()))


def test_a_repeat_gets_the_first_answer_and_is_told_so() -> None:
    vendor = Vendor()

    async def main() -> None:
        handler = endpoint(vendor)
        first, second = await handler(write()), await handler(write())
        assert (second.status, second.body) == (first.status, first.body) == (201, b'{"number": 1}')
        assert second.headers == (*first.headers, (b"idempotency-replayed", b"true"))

    run(main())
    assert vendor.effects == 1


def test_another_key_is_another_request() -> None:
    vendor = Vendor()
    assert run(outcomes(endpoint(vendor), write("a"), write("b"))) == ["201", "201"]
    assert vendor.effects == 2


def test_a_write_without_a_key_is_done_each_time() -> None:
    vendor = Vendor()
    assert run(outcomes(endpoint(vendor), write(None), write(None))) == ["201", "201"]


def test_a_final_refusal_of_the_vendor_is_given_again() -> None:
    vendor = Vendor(refusal(404, "rejected"))
    assert repeated(vendor) == ["404", "404 again"]
    assert vendor.effects == 1


FREE = [
    ConnectFailed(),
    CircuitOpen(),
    InvalidRequest(),
    refusal(429, "rate_limited"),
    refusal(403, "rate_limited"),
    refusal(503, "rate_limited"),
    refusal(401, "auth_failed"),
    refusal(409, "transient"),
    refusal(408, "rejected"),
]


@pytest.mark.parametrize("trouble", FREE, ids=repr)
def test_what_was_surely_not_done_may_be_done_by_the_repeat(trouble: Any) -> None:
    assert repeated(Vendor(trouble, Reply(201)))[1] == "201"


@pytest.mark.parametrize("trouble", [UpstreamTimeout(), UpstreamReset(), refusal(500), refusal(503), Reply(504)])
def test_what_may_have_been_done_is_neither_done_again_nor_told_as_done(trouble: Any) -> None:
    vendor = Vendor(trouble, Reply(201))
    assert repeated(vendor)[1] == "idempotency-outcome-unknown"
    assert vendor.effects == 1


@pytest.mark.parametrize("last", [ConnectFailed(), CircuitOpen(), refusal(429, "rate_limited")], ids=repr)
def test_an_earlier_attempt_that_may_have_been_done_counts(last: Any) -> None:
    async def main() -> list[str]:
        vendor = Vendor(UpstreamReset(), last)

        async def twice(asked: Any) -> Reply:
            try:
                return await vendor(asked)
            except UpstreamReset:
                return await vendor(asked)

        return await outcomes(endpoint(twice), write(), write())

    assert run(main())[1] == "idempotency-outcome-unknown"


async def stream() -> AsyncIterator[bytes]:
    yield b"part"


@pytest.mark.parametrize(
    "answer",
    [Reply(200, body=b"x" * (LARGEST + 1)), Reply(200, body=stream()), ContractViolation(), ResponseTooLarge()],
    ids=["large", "stream", "unfit", "too large"],
)
def test_what_was_done_and_cannot_be_told_again_is_told_as_done(answer: Any) -> None:
    vendor = Vendor(answer)
    assert repeated(vendor)[1] == "idempotency-answer-not-kept"
    assert vendor.effects == 1


@pytest.mark.parametrize("fields", [{"idempotent": True}, {"method": "PUT"}, {"method": "DELETE"}])
def test_where_a_repeat_does_no_harm_an_unknown_outcome_is_found_out_by_one(fields: dict[str, Any]) -> None:
    assert repeated(Vendor(UpstreamTimeout(), Reply(201)), fields) == ["upstream-timeout", "201"]


@pytest.mark.parametrize(
    "changed",
    [{"body": b"[]"}, {"query": (("a", "1"),)}, {"path": {"id": "2"}}, {"method": "PATCH"}],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("first", [Reply(201), UpstreamTimeout(), Reply(200, body=b"x" * (LARGEST + 1))], ids=repr)
def test_a_key_of_another_request_is_refused(changed: dict[str, Any], first: Any) -> None:
    vendor = Vendor(first)
    assert run(outcomes(endpoint(vendor), write(), write(**changed)))[1] == "idempotency-mismatch"
    assert vendor.effects == 1


def test_a_key_of_another_request_is_refused_where_a_repeat_would_do_no_harm_too() -> None:
    handler = endpoint(Vendor(UpstreamTimeout()), fields={"idempotent": True})
    assert run(outcomes(handler, write(), write(body=b"[]")))[1] == "idempotency-mismatch"


def test_a_repeat_while_the_first_is_running_is_told_to_come_again() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = endpoint(vendor)
        first = asyncio.ensure_future(handler(write()))
        await asyncio.sleep(0.5)
        assert await outcome(handler, write()) == "idempotency-in-flight"
        assert await outcome(handler, write(body=b"[]")) == "idempotency-mismatch"
        await first
        assert await outcome(handler, write()) == "201 again"
        assert vendor.effects == 1

    run(main())


def test_of_five_hundred_at_once_one_is_done() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = endpoint(vendor)
        told = await asyncio.gather(*(outcome(handler, write()) for _ in range(500)))
        assert sorted(told) == ["201", *["idempotency-in-flight"] * 499]
        assert vendor.effects == 1

    run(main())


def test_one_callers_key_never_meets_anothers() -> None:
    vendor = Vendor()
    assert run(outcomes(endpoint(vendor), write(caller="ann"), write(caller="bob"))) == ["201", "201"]


@pytest.mark.parametrize("user_bound", [True, False])
def test_users_are_told_apart_whoever_the_credential_belongs_to(user_bound: bool) -> None:
    async def main() -> list[str]:
        handler = endpoint(Vendor(), fields={"user_bound": user_bound})
        users = [call(method="POST", headers=write().headers, caller=Caller("app", user=user)) for user in ("u", "v")]
        return await outcomes(handler, *users)

    assert run(main()) == ["201", "201"]


def test_the_same_key_at_another_endpoint_is_another_key() -> None:
    async def main() -> list[str]:
        world = kit()
        handlers = [endpoint(Vendor(), world, {"name": name}) for name in ("add", "remove")]
        return [await outcome(handler, write()) for handler in handlers]

    assert run(main()) == ["201", "201"]


def test_a_key_is_free_again_after_its_window() -> None:
    async def main() -> list[str]:
        handler = endpoint(Vendor(), window=Duration(3600))
        first = await outcomes(handler, write())
        await asyncio.sleep(3599)
        within = await outcomes(handler, write())
        await asyncio.sleep(2)
        return [*first, *within, *await outcomes(handler, write())]

    assert run(main()) == ["201", "201 again", "201"]


def test_a_required_key_that_is_missing_is_asked_for() -> None:
    vendor = Vendor()
    assert run(outcomes(endpoint(vendor, required=True), write(None), write())) == ["idempotency-key-missing", "201"]


def test_a_read_needs_no_key_and_gets_no_answer_twice() -> None:
    vendor = Vendor(Reply(200))
    assert repeated(vendor, {"method": "GET"}, required=True) == ["200", "200"]


@pytest.mark.parametrize("key", ["", "a" * 256, "ü", "a\x7f"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    async def main() -> None:
        with pytest.raises(InvalidRequest) as refused:
            await endpoint(Vendor())(write(key))
        assert [(one.place, one.name) for one in refused.value.violations] == [("header", "Idempotency-Key")]

    run(main())


def test_two_keys_are_refused() -> None:
    assert run(outcomes(endpoint(Vendor()), write(headers=write().headers * 2))) == ["invalid-request"]


def test_a_caller_who_leaves_before_anything_was_sent_leaves_his_key_free() -> None:
    async def main() -> None:
        waiting = True

        async def queue(asked: Any) -> Reply:
            if waiting:
                await asyncio.sleep(60)
            return Reply(201)

        handler = endpoint(queue)
        first = asyncio.ensure_future(handler(write()))
        await asyncio.sleep(0.5)
        first.cancel()
        await asyncio.wait([first])
        waiting = False
        assert await outcome(handler, write()) == "201"

    run(main())


def test_a_call_that_is_cut_short_after_it_was_sent_is_not_done_again() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = endpoint(vendor)
        first = asyncio.ensure_future(handler(write()))
        await asyncio.sleep(0.5)
        first.cancel()
        await asyncio.wait([first])
        assert await outcome(handler, write()) == "idempotency-outcome-unknown"
        assert vendor.effects == 1

    run(main())


def test_an_upload_is_told_apart_by_all_but_its_body() -> None:
    vendor = Vendor()

    async def main() -> list[str]:
        handler = endpoint(vendor, fields={"stream": True})
        return await outcomes(handler, *(write(body=stream()) for _ in range(2)))  # type: ignore[arg-type]

    assert run(main()) == ["201", "201 again"]


def test_the_trail_tells_what_a_repeat_would_get_and_what_it_got() -> None:
    first, second = run(_two_calls())
    assert [(event.name, event.detail) for event in first.trail.events[-1:]] == [
        ("idempotency.ended", {"outcome": "answered"})
    ]
    assert [(event.name, event.detail) for event in second.trail.events] == [("idempotency.replayed", {"status": 201})]


async def _two_calls() -> Any:
    handler, asked = endpoint(Vendor()), (write(), write())
    await outcomes(handler, *asked)
    return asked


def test_settings_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="`required` asks for a header"):
        Idempotency(required=True, key="header_or_body_hash")
    with pytest.raises(ValueError, match="`window` has to be more than zero"):
        Idempotency(window=Duration(0))
