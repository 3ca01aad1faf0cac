"""What no single type says: other people's keys, files that are included, endpoints out of a vendor's document."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.gateway.loading.published.walking import DEFINITIONS, SCHEMA

CRM: dict[str, Any] = {"base_url": "https://crm.example", "endpoints": {"list": {"summary": "List"}}}
OPENAPI: dict[str, Any] = {"document": "crm.json", "operations": ["list"]}


def reasons(document: dict[str, Any]) -> list[str]:
    return [f"{error.json_path} {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_keys_of_the_readers_own_may_stand_at_every_level() -> None:
    endpoint = {"route": "GET /x", "x-note": 1}
    integrations = {"crm": {"base_url": "https://crm.example", "endpoints": {"list": endpoint}, "x-owner": "us"}}

    assert reasons({"version": 1, "x-a": {}, "server": {"x-b": 1}, "integrations": integrations}) == []


def test_an_endpoint_has_a_route() -> None:
    assert reasons({"version": 1, "integrations": {"crm": CRM}}) == [
        "$.integrations.crm.endpoints.list 'route' is a required property"
    ]


def test_an_endpoint_that_is_laid_over_one_of_the_vendors_document_needs_none() -> None:
    assert reasons({"version": 1, "integrations": {"crm": {**CRM, "openapi": OPENAPI}}}) == []


@pytest.mark.parametrize("document", [{}, {"server": {}}, {"defaults": {}, "integrations": {}}])
def test_a_config_has_a_version(document: dict[str, Any]) -> None:
    assert reasons(document) == ["$ 'version' is a required property"]


def test_an_included_file_needs_none() -> None:
    assert reasons({"integrations": {}, "x-owner": "us"}) == []


def test_false_is_off() -> None:
    assert reasons({"version": 1, "server": {"callers": {"api_keys": False}}}) == []


def test_nothing_is_defined_that_nothing_refers_to() -> None:
    text = str(SCHEMA)

    assert [name for name in DEFINITIONS if f"'#/$defs/{name}'" not in text] == []
