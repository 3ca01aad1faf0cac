"""What the document says of the header fields that the gateway itself reads."""

from typing import Any

import msgspec
import pytest

from gateway import Parameter
from gateway.openapi import Entry
from gateway.openapi.understood import KEY, PATIENCE
from gateway_policies.idempotency import Idempotency
from tests.gateway.documents import endpoint, entry, placed, written

DECLARED = Parameter(name="Idempotency-Key", place="header", vendor="Idempotency-Key", schema={"type": "string"})


def told(one: Entry) -> list[dict[str, Any]]:
    operation = one.operation
    found: list[dict[str, Any]] = written(one)["paths"][operation.route][operation.method.lower()]["parameters"]
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_endpoint_lets_its_callers_wait_for_less(method: str) -> None:
    assert told(entry(method=method)) == [PATIENCE]


def test_an_endpoint_may_declare_the_field_itself() -> None:
    own = msgspec.structs.replace(DECLARED, name="x-request-timeout")
    assert [one["name"] for one in told(entry(parameters=(own,)))] == ["x-request-timeout"]


def test_a_write_takes_a_key_where_repeats_are_told_apart() -> None:
    assert told(entry("idempotency", method="POST")) == [KEY, PATIENCE]
    assert told(entry("idempotency", method="GET")) == [PATIENCE]


@pytest.mark.parametrize("parameters", [(), (DECLARED,)])
@pytest.mark.parametrize("required", [True, False])
def test_a_key_is_required_where_the_settings_say_so(parameters: tuple[Parameter, ...], required: bool) -> None:
    operation = entry(method="POST", parameters=parameters).operation
    policies = {"idempotency": _Effective(settings=Idempotency(required=required))}
    key = told(Entry.of(operation, policies))[0]
    assert (key["name"], key.get("required", False)) == ("Idempotency-Key", required)


class _Effective(msgspec.Struct, frozen=True):
    settings: Any


def test_the_answers_that_repeats_get_are_told() -> None:
    responses = endpoint("idempotency", method="POST")["responses"]
    slugs = {
        one["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["type"]["enum"][0]
        for one in _conflicts(responses)
    }
    assert slugs == {
        "https://gateway.example/problems/idempotency-in-flight",
        "https://gateway.example/problems/idempotency-mismatch",
    }
    assert {"Idempotency-Replayed"} <= set(responses["200"]["headers"]) & set(responses["4XX"]["headers"])


def _conflicts(responses: dict[str, Any]) -> list[dict[str, Any]]:
    return [responses["409"], responses["422"]]


def test_a_read_has_none_of_them() -> None:
    responses = endpoint("idempotency")["responses"]
    assert "409" not in responses
    assert "Idempotency-Replayed" not in responses["200"]["headers"]


def test_a_missing_key_is_told_where_one_is_required() -> None:
    one = msgspec.structs.replace(entry("idempotency", method="POST"), asks_for_keys=True)
    assert "idempotency-key-missing" in str(placed(written(one), one.operation)["responses"]["400"])
    assert "idempotency-key-missing" not in str(endpoint("idempotency", method="POST")["responses"]["400"])
