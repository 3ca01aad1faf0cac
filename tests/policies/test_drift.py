"""Some answers are held to their schema once the caller has his, and what differs is counted and remembered."""

import asyncio
from collections import Counter
from typing import Any

import msgspec
import pytest

from gateway import Answer, Call, Kit, Reply
from gateway.errors import ContractViolation
from gateway_policies import drift, validate
from gateway_policies.drift import OTHERS, Drift, Seen
from gateway_policies.drift_pages import PAGES, joined
from gateway_policies.drift_shape import Difference
from tests.kit import call, kit, operation, pipeline, run, site

SCHEMA: dict[str, Any] = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


async def served(using: Kit, *bodies: bytes, every: float = 1.0, sent: bool = True, **fields: Any) -> None:
    """Answers with these bodies, one after the other."""
    given = iter(bodies)

    async def vendor(call: Call) -> Reply:
        if sent:
            call.trail.note("attempt.answered", status=200)
        return Reply(200, (), next(given))

    schema = fields.pop("schema", SCHEMA)
    at = site(answers=(Answer(status=200, schema=schema),), **fields)
    handle = pipeline(validate.policy, None, vendor, at=at, using=using)
    for _ in bodies:
        try:
            await handle(call())
        finally:
            await asyncio.sleep(every)


async def seen(using: Kit) -> list[Seen]:
    reply = await PAGES[0].build(using)(call())
    assert isinstance(reply.body, bytes)
    return msgspec.convert(msgspec.json.decode(reply.body)["drift"], list[Seen])


def counted(using: Kit, kind: str) -> float:
    value: float = using.metrics.counter(*drift.METRIC).labels("crm", "list_contacts", kind)._value.get()
    return value


def test_what_differs_is_counted_remembered_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        using = kit()
        await served(using, b'{"id": "1"}', b'{"id": 1}', b'{"id": 2, "secret": "hush"}')
        found = await seen(using)

        assert [(one.kind, one.path, one.declared, one.found, one.answers) for one in found] == [
            ("retyped", "id", "text", "integer", 2),
            ("added", "secret", "", "", 1),
        ]
        assert found[0].last == found[0].first + 1
        assert (counted(using, "retyped"), counted(using, "added"), counted(using, "removed")) == (2, 1, 0)
        assert "hush" not in repr(found) + caplog.text

    run(scenario())
    assert caplog.text.count("answers of crm.list_contacts differ from its schema: `id` is retyped") == 1
    assert "added" not in caplog.text


def test_one_answer_a_second_is_looked_at() -> None:
    async def scenario() -> float:
        using = kit()
        await served(using, *[b"{}"] * 100, every=0.1)
        return counted(using, "removed")

    assert run(scenario()) == 10


def test_of_many_endpoints_no_more_than_a_few_answers_a_second_are_looked_at() -> None:
    async def scenario() -> int:
        using = kit()
        looked = Drift(using)
        return sum(looked.may_look() for _ in range(500))

    assert run(scenario()) == drift.AT_ONCE


@pytest.mark.parametrize(
    ("fields", "bodies"),
    [({"sent": False}, (b"{}",)), ({}, (b'{"name": "%s"}' % (b"x" * drift.LARGEST),)), ({"stream": True}, (b"{}",))],
    ids=["from a cache or a stub", "large", "streamed"],
)
def test_nothing_else_is_looked_at(fields: dict[str, Any], bodies: tuple[bytes, ...]) -> None:
    async def scenario() -> list[Seen]:
        using = kit()
        await served(using, *bodies, **fields)
        return await seen(using)

    assert run(scenario()) == []


def test_what_is_no_json_and_what_strict_refuses_counts_too() -> None:
    async def scenario() -> float:
        using = kit()
        await served(using, b"<html>")
        with pytest.raises(ContractViolation):
            await served(using, b"{}", strict=True)
        return counted(using, "retyped") + counted(using, "removed")

    assert run(scenario()) == 2


def test_a_schema_that_was_mended_begins_anew() -> None:
    async def scenario() -> None:
        using = kit()
        await served(using, b"{}")
        await served(using, b"{}")
        assert [one.answers for one in await seen(using)] == [2]
        await served(using, b"{}", schema={**SCHEMA, "required": []})
        assert await seen(using) == []

    run(scenario())


def test_its_memory_is_bounded() -> None:
    async def scenario() -> list[Seen]:
        using = kit()
        looked = Drift(using)
        for number in range(10_000):
            looked.note(
                operation(name=f"e{number % 300 if number < 5_000 else 0}"), [Difference("added", f"f{number}")]
            )
        using.keep(("drift",), lambda: looked)
        return await seen(using)

    found = run(scenario())

    assert max(Counter(one.endpoint for one in found).values()) <= drift.MOST + 1
    assert len(found) <= drift.MOST_IN_ALL + 300
    assert sum(one.answers for one in found) == 10_000
    assert OTHERS in {one.path for one in found}


def test_what_several_workers_have_seen_is_one_difference() -> None:
    def one(answers: int, first: float, last: float, kind: Any = "removed") -> Seen:
        return Seen("crm.get", kind, "id", "", "", answers, first, last)

    assert joined([one(1, 5, 9, "added"), one(2, 3, 4), one(3, 1, 9)]) == [one(5, 1, 9), one(1, 5, 9, "added")]
