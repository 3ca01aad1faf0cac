"""The caller's words become the vendor's, and the vendor's answer the caller's.

It has no key of its own: `upstream`, `as`, `send` and `reply` of an endpoint say what there is to do.

    send: {encode: form, rename: {to: To, body: Body}}
    reply: {select: results, rename: {createdAt: created_at}, links: ["$.next_page_uri"]}

What nothing has to read or change passes through as it came.
"""

from collections.abc import Mapping

import msgspec

from gateway import Call, Handler, Kit, Policy, Reply, Site, Stage
from gateway.headers import TO_CALLER, crossing
from gateway_policies.reply_mapping import reply_mapper
from gateway_policies.request_mapping import request_mapper


def build(settings: None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation
    to_vendor = request_mapper(operation, kit)
    map_body = reply_mapper(operation, kit)

    async def transform(call: Call, forward: Handler) -> Reply:
        reply = await forward(to_vendor(call))
        headers = crossing(reply.headers, TO_CALLER)
        if reply.verdict is not None or map_body is None or not isinstance(reply.body, bytes):
            return msgspec.structs.replace(reply, headers=headers)
        body = map_body(call, reply)
        if body is not reply.body:  # another body: what the vendor said of its own no longer holds
            headers = tuple(field for field in headers if field[0] not in {b"etag", b"content-encoding"})
        return Reply(reply.status, headers, body)

    return {"transform": transform}


policy = Policy(name="transform", settings=None, build=build, always=True)
