"""A stubbed integration for tests: endpoints that share what the vendor remembers."""

from typing import Any

import msgspec

from gateway import Answer, Call, Handler, JsonSchema, Kit, Parameter, Reply
from gateway_policies import stub
from tests.kit import call, kit, pipeline, site

UUID: JsonSchema = {"type": "string", "format": "uuid"}
CONTACT: JsonSchema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "maxLength": 20},
        "age": {"type": ["integer", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
ADA = {"id": "3f1c9a52-7d8e-4b06-9c34-5a1e2f7b8d90", "name": "Ada"}
OTHER = "8c2d4e6f-1a3b-4c5d-8e7f-9a0b1c2d3e4f"
COLLECTION = "/api/v1/crm/contacts"
ITEM = "/api/v1/crm/contacts/{id}"


async def vendor(call: Call) -> Reply:
    raise AssertionError("a stub never forwards")


class Crm:
    """A stubbed integration: one stub for each endpoint, all of one kit."""

    def __init__(self, using: Kit | None = None) -> None:
        self.kit = using or kit()

    def endpoint(self, method: str, route: str, answer: Any = CONTACT, status: int = 200, **fields: Any) -> Handler:
        declared = answer if isinstance(answer, Answer) else Answer(status=status, schema=answer)
        parameters = [
            Parameter(name=segment[1:-1], place="path", vendor=segment[1:-1], schema=UUID, required=True)
            for segment in route.split("/")
            if segment.startswith("{")
        ]
        fields = {"parameters": tuple(parameters), "answers": (declared,), **fields}
        return pipeline(stub.policy, True, vendor, at=site(method=method, route=route, **fields), using=self.kit)


async def asked(handler: Handler, payload: Any = msgspec.UNSET, **path: str) -> Any:
    reply = await handler(call(payload=payload, path=path))
    assert reply.status < 300
    return value_of(reply)


def value_of(reply: Reply) -> Any:
    assert isinstance(reply.body, bytes)
    return msgspec.json.decode(reply.body)
