"""Every endpoint tells which problems can occur on it, and no other."""

from typing import Any

import pytest

from gateway import ReplyMapping
from gateway.openapi import Entry, explanations
from gateway.openapi.entry import Told
from tests.gateway.documents import COLLECTION, CONTACT, ITEM, OK, endpoint, entry, placed, written
from tests.kit import operation


def slugs(told: dict[str, Any], status: str) -> set[str]:
    schema = told["responses"][status]["content"]["application/problem+json"]["schema"]
    types: list[str] = schema["allOf"][1]["properties"]["type"]["enum"]
    return {one.removeprefix("https://gateway.example/problems/") for one in types}


def test_every_response_carries_a_correlation_id() -> None:
    found = written(entry("quota", "cache", "breaker"))

    told = placed(found, operation())["responses"]
    assert all("X-Correlation-ID" in response["headers"] for response in told.values())
    assert found["components"]["headers"]["X-Correlation-ID"]["required"] is True


@pytest.mark.parametrize("status", ["429", "503"])
def test_who_has_to_wait_is_always_told_how_long(status: str) -> None:
    found = written(entry("quota", "breaker"))

    reference = placed(found, operation())["responses"][status]["headers"]["Retry-After"]["$ref"]
    assert found["components"]["headers"][reference.removeprefix("#/components/headers/")]["required"] is True


ALWAYS = {"400", "403", "408", "413", "414", "421", "429", "431", "500", "502", "503", "504", "4XX"}


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ({}, set()),
        ({"route": ITEM}, {"404"}),
        ({"method": "POST"}, set()),
        ({"method": "POST", "body": CONTACT}, {"415"}),
    ],
)
def test_every_problem_that_can_occur_is_there_and_no_other(fields: dict[str, Any], more: set[str]) -> None:
    told = endpoint(**fields)["responses"]

    assert set(told) - {"200", "304"} == ALWAYS | more


def test_with_keys_any_host_and_any_page_may_ask() -> None:
    post = entry(method="POST")

    told = placed(written(post, keyless=False), post.operation)["responses"]

    assert "421" not in told
    assert {"401", "403"} <= set(told)
    assert "scope-missing" in str(told["403"])
    assert "foreign-origin" not in str(told["403"])


@pytest.mark.parametrize(
    ("policy", "status", "slug"),
    [
        ("quota", "429", "quota-exceeded"),
        ("breaker", "503", "circuit-open"),
        ("bulkhead", "503", "temporary-reduced-capacity"),
        ("rate_limit", "503", "temporary-reduced-capacity"),
    ],
)
def test_a_policys_problem_is_there_where_the_policy_is(policy: str, status: str, slug: str) -> None:
    assert slugs(endpoint(policy), status) - slugs(endpoint(), status) == {slug}


def test_a_strict_endpoint_tells_when_the_contract_is_broken() -> None:
    assert "upstream-contract-violation" in slugs(endpoint(strict=True), "502")


def test_a_cursor_may_lead_to_a_page_that_does_not_exist() -> None:
    assert slugs(endpoint(reply=ReplyMapping(links=("$.next",))), "404") == {"no-such-page", "upstream-rejected"}


def test_a_rule_is_told_of_in_its_own_words() -> None:
    rule = Told(slug="contact-not-found", status=404, title="That contact does not exist", detail="List them.")
    one = Entry(operation=operation(answers=OK), rules=(rule,))

    assert placed(written(one), one.operation)["responses"]["404"]["description"].startswith(rule.title)
    assert explanations([one])["contact-not-found"].details == ("List them.",)


def test_error_rules_add_their_problems() -> None:
    told = endpoint(statuses={404: ("contact-not-found",), 502: ("crm-switched-off",), 403: ("not-yours",)})

    assert slugs(told, "404") == {"contact-not-found", "upstream-rejected"}
    assert "crm-switched-off" in slugs(told, "502")
    assert slugs(told, "403") == {"foreign-origin", "not-yours"}


def test_a_rule_without_a_status_may_come_with_any_that_a_vendor_refuses_with() -> None:
    told = endpoint(statuses={0: ("contact-locked",)}, method="POST")

    assert slugs(told, "4XX") == {"contact-locked", "upstream-rejected"}
    assert slugs(told, "403") == {"foreign-origin", "contact-locked"}
    assert slugs(told, "429") == {"upstream-rate-limited", "contact-locked"}
    assert "contact-locked" in slugs(told, "400")
    assert "contact-locked" in slugs(told, "502")


def test_problems_are_shared_between_endpoints() -> None:
    found = written(*(entry("quota", name=f"list_{number}", route=f"{COLLECTION}/{number}") for number in range(50)))

    assert len(found["components"]["responses"]) == len(ALWAYS)
