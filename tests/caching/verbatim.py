"""A plugin for tests alone: every field and every status crosses the gateway as it is, so that a cache shows itself.

What the gateway lets through is another promise, with tests of its own; here it would hide what is to be seen.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from gateway import Call, Handler, Kit, Policy, Reply, Site, Stage, problem_reply
from gateway.errors import GatewayError


def build(settings: None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation

    async def validate(call: Call, forward: Handler) -> Reply:
        return await forward(call)

    async def transform(call: Call, forward: Handler) -> Reply:
        target = "/test/" + "/".join(quote(part, safe="") for part in call.path.values())
        if call.query:
            target += "?" + urlencode(call.query)
        return await forward(msgspec.structs.replace(call, method=operation.upstream_method, target=target))

    async def errors(call: Call, forward: Handler) -> Reply:
        try:
            reply = await forward(call)
        except GatewayError as error:
            return problem_reply(error, correlation_id=call.correlation_id, public_url="")
        return msgspec.structs.replace(reply, verdict=None)

    return {"validate": validate, "transform": transform, "errors": errors}


POLICIES = (Policy(name="verbatim", settings=None, build=build, always=True),)
