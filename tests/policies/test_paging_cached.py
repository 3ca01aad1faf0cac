"""A page is kept with its link; what goes on through all pages is neither kept nor shared."""

import asyncio

from gateway import Duration, Handler, Reply
from gateway.paging import CursorPaging
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, pipeline, run, site
from tests.policies.paged import ALL, Crm, by_token, contacts, whole

TOKEN = CursorPaging(items="items", next="next", parameter="pageToken")


def cached(crm: Crm) -> Handler:
    at = site(paging=TOKEN)
    return pipeline(cache.policy, Cache(ttl=Duration(60)), crm.handler, at=at, using=crm.kit)


def test_a_page_from_the_cache_has_its_link() -> None:
    async def scenario() -> tuple[Reply, Reply, int]:
        crm = Crm(TOKEN, by_token, contacts(3))
        handler = cached(crm)
        return await handler(call()), await handler(call()), len(crm.asked)

    fetched, held, asked = run(scenario())

    assert asked == 1
    assert held.header(b"link") == fetched.header(b"link") is not None


def test_all_pages_go_past_the_cache_and_are_nobody_elses() -> None:
    async def scenario() -> tuple[list[Reply], list[bytes], int]:
        crm = Crm(TOKEN, by_token, contacts(3))
        handler = cached(crm)
        replies = [await one for one in [asyncio.create_task(_all(handler)) for _ in range(2)]]
        return replies, [await whole(reply) for reply in replies], len(crm.asked)

    replies, bodies, asked = run(scenario())

    assert bodies == [b'{"items":[{"id":1},{"id":2},{"id":3}],"next":null}'] * 2
    assert [reply.header(b"cache-status") for reply in replies] == [b"gateway; fwd=bypass"] * 2
    assert asked == 4


async def _all(handler: Handler) -> Reply:
    return await handler(call(query=ALL))
