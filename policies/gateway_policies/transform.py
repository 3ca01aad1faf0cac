"""The caller's words become the vendor's, and the vendor's answer the caller's.

It has no key of its own: `upstream`, `as`, `send`, `reply` and `paging` of an endpoint say what there is to do.

    send: {encode: form, rename: {to: To, body: Body}}
    reply: {select: results, rename: {createdAt: created_at}, links: ["$.next_page_uri"]}

What nothing has to read or change passes through as it came.
"""

from collections.abc import Callable, Mapping

import msgspec

from gateway import Call, Handler, Kit, Operation, Policy, Reply, Site, Stage
from gateway.headers import TO_CALLER, crossing
from gateway_policies.paging import linker
from gateway_policies.paging_all import collector, wanted
from gateway_policies.reply_mapping import reply_mapper
from gateway_policies.request_mapping import request_mapper


def build(settings: None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation
    to_vendor, answer = request_mapper(operation, kit), _answerer(operation, kit)

    async def transform(call: Call, forward: Handler) -> Reply:
        asked = to_vendor(call)
        return answer(call, asked.target, await forward(asked))

    if operation.paging is None:
        return {"transform": transform}
    collect = collector(operation, kit, answer)

    async def paged(call: Call, forward: Handler) -> Reply:
        return await (collect(call, to_vendor(call), forward) if wanted(call) else transform(call, forward))

    return {"transform": paged}


def _answerer(operation: Operation, kit: Kit) -> Callable[[Call, str, Reply], Reply]:
    """The vendor's reply as the caller gets it; the target is what the vendor was asked."""
    map_body = reply_mapper(operation, kit)
    links = linker(operation, kit) if operation.paging else None
    allowed = TO_CALLER | {b"age", b"cache-status"} if operation.http_cache == "keeps" else TO_CALLER

    def answer(call: Call, target: str, reply: Reply) -> Reply:
        headers = crossing(reply.headers, allowed)
        if reply.verdict is None and links is not None:
            headers += links(call, target, reply)
        if reply.verdict is not None or map_body is None or not isinstance(reply.body, bytes):
            return msgspec.structs.replace(reply, headers=headers)
        body = map_body(call, reply)
        if body is not reply.body:  # another body: what the vendor said of its own no longer holds
            headers = tuple(field for field in headers if field[0] not in {b"etag", b"content-encoding"})
        return Reply(reply.status, headers, body)

    return answer


policy = Policy(name="transform", settings=None, build=build, always=True)
