"""Large bodies: others are answered while one is read, and what would take too long is refused unread."""

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Handler, Reply
from gateway.errors import BodyTooLarge, InvalidRequest
from gateway_policies import validate
from gateway_policies.strict_json import has_more
from gateway_policies.validate import LIGHT, LONGEST, MOST_MEMBERS
from tests.kit import call, pipeline, site

LONGEST_PAUSE = 2.5
"""Seconds, five times what is promised: these machines have other things to do."""
EITHER = {"type": ["object", "array"]}
JSON = ((b"content-type", b"application/json"),)


async def answered(call: Call) -> Reply:
    return Reply(200)


def flat(members: int) -> bytes:
    return b"{" + b",".join(b'"%030d":1' % number for number in range(members)) + b"}"


def through(schema: Any) -> Handler:
    return pipeline(validate.policy, None, answered, at=site(method="POST", body=schema))


def post(body: bytes) -> Call:
    return call(method="POST", headers=JSON, body=body)


async def paused_by(work: Awaitable[object]) -> tuple[float, BaseException | None]:
    """The longest time in which nothing else was done, and how the work ended."""
    task, longest = asyncio.ensure_future(work), 0.0
    while not task.done():
        before = time.monotonic()
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - before)
    return longest, task.exception()


@pytest.mark.parametrize(
    ("schema", "ending"),
    [
        ({"type": "object"}, type(None)),
        ({"type": "object", "additionalProperties": {"type": "string"}}, InvalidRequest),
        ({"type": "array"}, InvalidRequest),
    ],
)
def test_others_are_answered_while_a_large_body_is_read(schema: Any, ending: type) -> None:
    async def both() -> tuple[float, BaseException | None]:
        return await paused_by(through(schema)(post(flat(MOST_MEMBERS - 10))))

    longest, error = asyncio.run(both())

    assert isinstance(error, ending)
    assert longest < LONGEST_PAUSE


def test_a_large_body_is_read_beside_the_loop_and_a_small_one_at_once() -> None:
    """Whether anything else has a turn does not depend on how fast this machine is."""

    async def turns(body: bytes) -> int:
        task, count = asyncio.ensure_future(through({"type": "object"})(post(body))), 0
        while not task.done():
            count += 1
            await asyncio.sleep(0)
        return count

    assert asyncio.run(turns(flat(10))) == 1
    assert asyncio.run(turns(flat(2 * LIGHT // 30))) > 1


@pytest.mark.parametrize("body", [flat(MOST_MEMBERS + 1), b"[" + b"1," * MOST_MEMBERS + b"1]"])
def test_more_members_than_can_be_read_in_a_moment_are_refused(body: bytes) -> None:
    with pytest.raises(BodyTooLarge, match=f"at most {MOST_MEMBERS} members"):
        asyncio.run(_asked(body))


async def _asked(body: bytes, schema: Any = EITHER) -> Reply:
    return await through(schema)(post(body))


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 1_000_000, b'"' * 1_000_000])
def test_hostile_json_is_the_callers_fault_in_a_thread_too(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        asyncio.run(_asked(body))

    assert [violation.place for violation in refused.value.violations] == ["body"]


def test_commas_in_texts_are_no_members() -> None:
    text = b'{"table": "' + b'1,\\"a\\\\,\\n' * MOST_MEMBERS + b'"}'

    assert asyncio.run(_asked(text)).status == 200


@pytest.mark.parametrize(("members", "told"), [(30, 20), (10_000, 1)])
def test_of_a_body_with_many_members_the_first_that_is_wrong_is_told(members: int, told: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        asyncio.run(_asked(flat(members), {"additionalProperties": {"type": "string"}}))

    assert len(refused.value.violations) == told


def test_what_is_wrong_is_not_repeated_in_full() -> None:
    with pytest.raises(InvalidRequest) as refused:
        asyncio.run(_asked(flat(10_000), {"type": "string"}))

    (violation,) = refused.value.violations
    assert len(violation.detail) <= LONGEST + 1
    assert len(refused.value.detail) < 2 * LONGEST


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from(',"\\[]{}:a')),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.sampled_from(',"\\:a')), inner),
)


@given(VALUES, st.integers(1, 20))
def test_members_are_counted_as_they_are(value: Any, most: int) -> None:
    commas = _commas(value)
    assert has_more(json.dumps(value).encode(), most) == (commas >= most)


def _commas(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return max(len(inner) - 1, 0) + sum(map(_commas, inner))
