"""Whatever writes to an address makes stale what is kept of it, in every process."""

import asyncio

import msgspec
import pytest

from gateway import Call, Duration, Handler, Reply
from gateway.errors import CircuitOpen, ConnectFailed, GatewayError, UpstreamReset
from gateway.sharing import Memory
from gateway_policies import cache
from tests.kit import clock, kit, pipeline, run, site
from tests.policies.cached import notes
from tests.policies.respected import Origin, Process, asks, said
from tests.policies.test_cache_rfc import Slow


def answering(status: int = 201, **fields: str) -> Origin:
    vendor = Origin()
    vendor.reply = Reply(
        status, tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())
    )
    return vendor


def writes(target: str = "/contacts") -> Call:
    return msgspec.structs.replace(asks(target), method="POST", body=b"x")


async def forgotten(write: Handler, read: Handler, target: str = "/contacts") -> bool:
    """Whether what was kept of `/contacts` is asked for again after a write to `target`."""
    await read(asks())
    assert said(await read(asks()))[1].startswith("hit")
    outcome = (await asyncio.gather(write(writes(target)), return_exceptions=True))[0]
    assert isinstance(outcome, Reply | GatewayError)
    return not said(await read(asks()))[1].startswith("hit")


@pytest.mark.parametrize(
    ("vendor", "target", "drops"),
    [
        (answering(201), "/contacts", True),
        (answering(204), "/contacts", True),
        (answering(302), "/contacts", True),
        (answering(400), "/contacts", False),
        (answering(500), "/contacts", False),
        (answering(201), "/contacts/7", False),
        (answering(201, location="/contacts"), "/contacts/7", True),
        (answering(201, location="../contacts"), "/contacts/7", True),
        (answering(201, content_location="https://crm.example/contacts"), "/contacts/7", True),
        (answering(201, location="https://elsewhere.example/contacts"), "/contacts/7", False),
        (answering(500, location="/contacts"), "/contacts/7", False),
    ],
)
def test_a_write_that_was_done_makes_stale_what_it_wrote_to(vendor: Origin, target: str, drops: bool) -> None:
    async def main() -> None:
        process = Process()
        read = process.endpoint(Origin(cache_control="max-age=10"))
        assert await forgotten(process.write(vendor), read, target) == drops

    run(main())


@pytest.mark.parametrize(
    ("failure", "drops"), [(UpstreamReset(), True), (ConnectFailed(), False), (CircuitOpen(), False)]
)
def test_a_write_that_may_have_been_done_counts_as_done(failure: GatewayError, drops: bool) -> None:
    async def main() -> None:
        process, vendor = Process(), Origin()
        vendor.down = failure
        assert await forgotten(process.write(vendor), process.endpoint(Origin())) == drops

    run(main())


@pytest.mark.parametrize("last", [Reply(500), ConnectFailed()])
def test_an_earlier_attempt_may_have_been_the_one_that_did_it(last: Reply | GatewayError) -> None:
    async def main() -> None:
        async def tried_twice(call: Call) -> Reply:
            for slug in ("upstream-timeout", "upstream-unreachable"):
                call.trail.note("attempt.failed", slug=slug)
            if isinstance(last, GatewayError):
                raise last
            return last

        process = Process()
        assert await forgotten(process.write(tried_twice), process.endpoint(Origin()))

    run(main())


def test_what_was_asked_before_a_write_is_not_kept_after_it_and_nobody_joins_it() -> None:
    async def main() -> None:
        process = Process()
        read, write = process.endpoint(Slow(cache_control="max-age=10")), process.write(answering())
        before = asks()
        early = asyncio.ensure_future(read(before))
        await asyncio.sleep(0.5)
        await write(writes())
        late = await read(asks())
        assert said(await early) == (b"answer 1", "fwd=uri-miss")
        assert "cache.stored" not in notes(before)
        assert said(late)[0] == b"answer 2"
        assert said(await read(asks()))[0] == b"answer 2"

    run(main())


def test_a_write_is_heard_of_by_the_other_processes() -> None:
    async def main() -> None:
        memory = Memory(clock, alone=False)
        here, there = Process(kit(shared=memory)), Process(kit(shared=memory))
        read = there.endpoint(Origin(cache_control="max-age=10"))
        assert await forgotten(here.write(answering()), read)

    run(main())


def test_tags_are_dropped_beside_that() -> None:
    async def main() -> None:
        process = Process()
        read = process.endpoint(Origin(cache_control="max-age=10"), tags=())
        at = site(name="add", method="POST", invalidates=("*",))
        write = pipeline(cache.policy, None, answering(), at=at, using=process.kit)
        assert await forgotten(write, read, "/elsewhere")

    run(main())


def test_one_endpoint_may_write_to_what_is_kept_and_drop_tags() -> None:
    async def main() -> None:
        process = Process()
        asked = writes()
        await process.write(answering(), invalidates=("people",))(asked)
        assert notes(asked) == ["cache.written", "cache.invalidated"]

    run(main())


def test_an_endpoint_that_writes_may_have_a_cache_of_the_simple_kind_beside_it() -> None:
    chosen = cache.Cache(ttl=Duration(60))
    stages = cache.policy.build(chosen, site(method="POST", http_cache="writes", invalidates=("people",)), kit())
    assert set(stages) == {"cache", "http_cache"}


def test_nothing_is_built_where_nothing_is_kept_or_written() -> None:
    assert cache.policy.build(None, site(method="POST"), kit()) == {}
    chosen = cache.Cache(ttl=Duration(60), respect_upstream=True)
    assert cache.policy.build(chosen, site(), kit()) == {}
