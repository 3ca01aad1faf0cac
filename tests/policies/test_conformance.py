"""What every policy owes the engine and its readers, whoever wrote it."""

import importlib
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
import yaml

from gateway import Call, Policy, Reply
from gateway.contract import SLOTS
from gateway.registry import discover
from gateway.units import read_unit
from tests.kit import call, kit, pipeline, run, site

POLICIES = discover().policies
KEYED = [policy for policy in POLICIES if policy.settings is not None]
MINIMAL: dict[str, Any] = {
    "quota": {"requests": 60, "per": "1m"},
    "rate_limit": {"requests": 60, "per": "1m"},
    "bulkhead": {"concurrent": 5},
    "cache": {"ttl": "1m"},
    "cost": {"amount": 0.01, "currency": "EUR"},
    "stub": False,
    "errors": [],
}


def settings_of(policy: Policy) -> Any:
    if policy.settings is None:
        return None
    return msgspec.convert(MINIMAL.get(policy.name, {}), policy.settings, dec_hook=read_unit)


def named(policy: Policy) -> str:
    return policy.name


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_it_fills_slots_of_the_order_and_no_others(policy: Policy) -> None:
    assert set(policy.build(settings_of(policy), site(), kit())) <= set(SLOTS)


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_an_ordinary_answer_passes_as_it_is(policy: Policy) -> None:
    async def vendor(_: Call) -> Reply:
        return Reply(200, ((b"content-type", b"application/json"),), b'{"a": 1}')

    async def scenario() -> Reply:
        return await pipeline(policy, settings_of(policy), vendor)(call())

    reply = run(scenario())

    assert reply.status == 200
    assert reply.body == b'{"a": 1}'
    assert reply.header(b"content-type") == b"application/json"


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_a_streamed_answer_is_passed_on_chunk_by_chunk_and_let_go(policy: Policy) -> None:
    closed = False

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal closed
        try:
            yield b"one"
            yield b"two"
        finally:
            closed = True

    async def vendor(_: Call) -> Reply:
        return Reply(200, ((b"content-type", b"audio/mpeg"),), chunks())

    async def scenario() -> list[bytes]:
        handler = pipeline(policy, settings_of(policy), vendor, at=site(stream=True))
        body = (await handler(call())).body
        assert not isinstance(body, bytes)
        return [chunk async for chunk in body]

    assert run(scenario()) == [b"one", b"two"]
    assert closed


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_it_lives_in_the_module_of_its_name_and_says_what_it_is_for(policy: Policy) -> None:
    module = importlib.import_module(f"gateway_policies.{policy.name}")

    assert module.policy is policy
    assert (module.__doc__ or "").strip()


@pytest.mark.parametrize("policy", KEYED, ids=named)
def test_the_example_in_its_docstring_is_valid(policy: Policy) -> None:
    doc = importlib.import_module(f"gateway_policies.{policy.name}").__doc__ or ""
    block = re.search(rf"^    {policy.name}:.*?(?=\n\S|\Z)", doc, re.MULTILINE | re.DOTALL)

    assert block is not None, f"no example of `{policy.name}:`"
    written = yaml.load("\n".join(line[4:] for line in block[0].splitlines()), Loader=yaml.SafeLoader)
    assert msgspec.convert(written[policy.name], policy.settings, dec_hook=read_unit) is not None


@pytest.mark.parametrize("policy", KEYED, ids=named)
def test_every_key_is_described_for_the_editor(policy: Policy) -> None:
    structs = [kind for kind in (policy.settings, *get_args(policy.settings)) if isinstance(kind, type)]
    undescribed = [
        f"{struct.__name__}.{name}"
        for struct in structs
        if issubclass(struct, msgspec.Struct)
        for name, kind in get_type_hints(struct, include_extras=True).items()
        if get_origin(kind) is not Annotated or not any(getattr(meta, "description", "") for meta in get_args(kind))
    ]

    assert undescribed == []
