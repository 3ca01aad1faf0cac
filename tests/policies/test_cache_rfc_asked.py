"""A caller may want more than what is fresh, or less: Cache-Control of requests, conditions, ranges and HEAD."""

import asyncio

import msgspec
import pytest

from gateway.errors import NotCached
from tests.kit import run
from tests.policies.respected import Origin, Process, asks, respecting, said


@pytest.mark.parametrize(
    ("cache_control", "told"),
    [
        ("max-age=3", "fwd=stale; stored; ttl=10"),
        ("max-age=4", "hit; ttl=6"),
        ("min-fresh=6", "hit; ttl=6"),
        ("min-fresh=7", "fwd=stale; stored; ttl=10"),
        ("no-cache", "fwd=request; stored; ttl=10"),
        ("no-store", "fwd=bypass"),
        ("only-if-cached", "hit; ttl=6"),
        ("x", "hit; ttl=6"),
        ("max-age=x", "fwd=stale; stored; ttl=10"),
        ("min-fresh=x", "fwd=stale; stored; ttl=10"),
    ],
)
def test_a_caller_may_ask_for_more_than_fresh(cache_control: str, told: str) -> None:
    async def main() -> None:
        handler = respecting(Origin(cache_control="max-age=10"))
        await handler(asks())
        await asyncio.sleep(4)
        assert said(await handler(asks(cache_control=cache_control)))[1] == told

    run(main())


def test_an_old_browser_says_it_with_pragma() -> None:
    async def main() -> None:
        handler = respecting(Origin(cache_control="max-age=10"))
        await handler(asks())
        assert said(await handler(asks(pragma="no-cache")))[0] == b"answer 2"

    run(main())


def test_only_if_cached_asks_no_vendor() -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10")
        handler = respecting(vendor)
        for _ in range(2):
            with pytest.raises(NotCached):
                await handler(asks(cache_control="only-if-cached"))
            assert vendor.calls == []

    run(main())


@pytest.mark.parametrize("field", ["range", "if_match", "if_range", "if_unmodified_since", "gateway_stub_scenario"])
def test_ranges_and_preconditions_are_the_vendors_to_answer(field: str) -> None:
    async def main() -> None:
        vendor = Origin(cache_control="max-age=10")
        handler = respecting(vendor)
        await handler(asks())
        assert said(await handler(asks(**{field: "x"}))) == (b"answer 2", "fwd=bypass")
        assert said(await handler(asks()))[0] == b"answer 1"

    run(main())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": '"1"'}, 304),
        ({"if_none_match": '"0", W/"1"'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"0"'}, 200),
        ({"if_none_match": '"0"', "if_modified_since": "Sun, 06 Nov 1994 08:49:37 GMT"}, 200),
        ({"if_modified_since": "Sun, 06 Nov 1994 08:49:37 GMT"}, 304),
        ({"if_modified_since": "Sun, 06 Nov 1994 08:49:36 GMT"}, 200),
        ({"if_modified_since": "x"}, 200),
    ],
)
@pytest.mark.parametrize("cache_control", ["max-age=10", "no-store"])
def test_who_has_the_answer_already_is_told_so(cache_control: str, headers: dict[str, str], status: int) -> None:
    async def main() -> None:
        fields = {"cache_control": cache_control, "etag": '"1"', "last_modified": "Sun, 06 Nov 1994 08:49:37 GMT"}
        handler = respecting(Origin(**fields))
        replies = [await handler(asks(**headers)) for _ in range(2)]
        assert [reply.status for reply in replies] == [status] * 2
        assert replies[0].header(b"etag") == b'"1"'

    run(main())


def test_a_head_is_answered_from_what_is_kept_and_teaches_nothing() -> None:
    async def main() -> None:
        process, vendor = Process(), Origin(cache_control="max-age=10")
        read = process.endpoint(vendor)
        head = process.endpoint(vendor, {"method": "HEAD"}, methods=("HEAD",))
        asked = msgspec.structs.replace(asks(), method="HEAD")
        assert said(await head(asked)) == (b"answer 1", "fwd=bypass")
        assert said(await read(asks()))[0] == b"answer 2"
        assert said(await head(asked)) == (b"answer 2", "hit; ttl=10")

    run(main())
