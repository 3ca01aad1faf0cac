"""Every problem that the gateway tells callers has a page, and its example is what callers get."""

import json
import re
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from gateway import Reply, errors
from gateway.errors import GatewayError
from gateway.explanations import Page, names, problem_page
from gateway.openapi import explanations
from gateway.openapi.problems import PROBLEM_SCHEMAS
from gateway.problems import Explanation
from gateway_policies.errors_verdict import default_rule

KNOWN = explanations(())
HEADINGS = [
    "Who failed",
    "Is it safe to try again, and does it help?",
    "What to do as a caller",
    "What to look at as an operator",
    "Example",
]


def page(slug: str) -> Page:
    found = problem_page(slug)
    assert found is not None, f"{slug} has no page"
    return found


def leaves(error: type[GatewayError]) -> Iterator[type[GatewayError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for child in below:
        yield from leaves(child)


def retryable(slug: str) -> set[bool]:
    """What the gateway's own errors and the built-in rules for a vendor's refusals say."""
    own = {error.retryable for error in leaves(errors.GatewayError) if error.slug == slug}
    rules = [default_rule(status) for status in (302, 400, 401, 429, 500)]
    return own | {rule.on_reply(Reply(500), None).retryable for rule in rules if rule.slug == slug}


def example(slug: str) -> dict[str, object]:
    (block,) = re.findall(r"^```json\n(.*?)^```$", page(slug).text, re.MULTILINE | re.DOTALL)
    found: dict[str, object] = json.loads(block)
    return found


def test_every_slug_has_a_page_and_every_page_a_slug() -> None:
    assert set(names("problems")) == set(KNOWN)


@pytest.mark.parametrize("explained", KNOWN.values(), ids=lambda explained: explained.slug)
def test_a_page_tells_who_failed_what_helps_and_what_to_look_at(explained: Explanation) -> None:
    found = page(explained.slug)
    first, *sections = re.split(r"^## ", found.text.partition("\n")[2], flags=re.MULTILINE)

    assert found.title == explained.title
    assert len(first.split()) >= 15
    assert [section.partition("\n")[0] for section in sections] == HEADINGS
    assert all(section.partition("\n")[2].strip() for section in sections)
    assert max(map(len, found.text.splitlines())) <= 100


@pytest.mark.parametrize("explained", KNOWN.values(), ids=lambda explained: explained.slug)
def test_the_example_is_a_problem_of_this_kind(explained: Explanation) -> None:
    told = example(explained.slug)
    schema = {**PROBLEM_SCHEMAS["Problem"]}
    schema["properties"] = {**schema["properties"], "errors": {"items": PROBLEM_SCHEMAS["Violation"]}}

    Draft202012Validator(schema).validate(told)
    assert str(told["type"]).endswith(f"/problems/{explained.slug}")
    assert told["title"] == explained.title
    assert told["status"] in (explained.statuses or range(400, 500))
    assert told["retryable"] in retryable(explained.slug)


@pytest.mark.parametrize("name", ["bad-luck", "", "../diagnostics/GW104", "Circuit-Open"])
def test_what_is_no_slug_has_no_page(name: str) -> None:
    assert problem_page(name) is None
