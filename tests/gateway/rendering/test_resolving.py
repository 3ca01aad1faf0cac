"""What an endpoint comes to, and the line that each of its values is from."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from gateway.loading import load
from gateway.registry import discover
from gateway.rendering import Rendered, resolved

CONFIG = """\
version: 1
defaults:
  timeout: {total: 30s}
  retry: {attempts: 2}
  quota: {requests: 10, per: 60s}
  errors: [{when: {status: 429}, as: rate_limited}]
profiles:
  patient: {timeout: {total: 90s}}
integrations:
  crm:
    base_url: ${CRM}/v1
    timeout: {attempt: 5s}
    endpoints:
      slow:
        summary: Slowly
        route: GET /slow
        extends: [patient]
      other:
        route: POST /other
        response: {type: object}
        retry: null
        quota: {requests: 5}
        errors: [{when: {status: 404}, as: rejected}]
"""


def rendered(folder: Path, text: str = CONFIG, **environ: str) -> Rendered:
    file = folder / "integrations.yaml"
    file.write_text(dedent(text))
    registry = discover()
    return resolved(load(file, registry, environ, lenient_secrets=True), registry)


@pytest.fixture
def shown(tmp_path: Path) -> Rendered:
    return rendered(tmp_path, CRM="https://crm.example")


def endpoint(shown: Rendered, name: str) -> dict[str, Any]:
    found: dict[str, Any] = shown.config["integrations"]["crm"]["endpoints"][name]
    return found


def line(shown: Rendered, name: str, key: str) -> int | None:
    origin = shown.origins.get(f"/integrations/crm/endpoints/{name}/{key}")
    return int(origin.rpartition(":")[2]) if origin else None


def test_every_level_is_merged_into_the_endpoint(shown: Rendered) -> None:
    assert endpoint(shown, "slow")["timeout"] == {"connect": "2s", "attempt": "5s", "total": "90s", "idle": "30s"}
    assert endpoint(shown, "slow")["retry"]["attempts"] == 2


def test_each_value_has_the_line_it_comes_from_and_a_default_has_none(shown: Rendered) -> None:
    found = [line(shown, "slow", f"timeout/{key}") for key in ("connect", "attempt", "total")]

    assert found == [None, 12, 8]
    assert line(shown, "slow", "route") == 16


def test_rules_of_all_levels_stand_in_the_order_in_which_they_are_tried(shown: Rendered) -> None:
    assert [rule["as"] for rule in endpoint(shown, "other")["errors"]] == ["rejected", "rate_limited"]
    assert [line(shown, "other", f"errors/{index}/as") for index in (0, 1)] == [23, 6]


def test_what_is_off_is_not_there(shown: Rendered) -> None:
    assert "retry" not in endpoint(shown, "other")
    assert "cache" not in endpoint(shown, "other")


def test_keys_stand_as_they_were_written_and_what_is_inherited_follows(shown: Rendered) -> None:
    assert list(endpoint(shown, "slow"))[:2] == ["summary", "route"]
    assert list(endpoint(shown, "other"))[:4] == ["route", "responses", "quota", "errors"]


def test_what_is_short_is_written_out(shown: Rendered) -> None:
    assert endpoint(shown, "slow")["upstream"] == "GET /slow"
    assert endpoint(shown, "other")["responses"] == {"200": {"schema": {"type": "object"}}}
    assert line(shown, "other", "responses/200/schema/type") == 20


def test_what_has_done_its_work_is_gone(shown: Rendered) -> None:
    assert "defaults" not in shown.config
    assert "profiles" not in shown.config
    assert "extends" not in endpoint(shown, "slow")


def test_a_policy_that_counts_for_one_endpoint_alone_is_told(shown: Rendered) -> None:
    assert shown.alone == ("/integrations/crm/endpoints/other/quota",)


def test_a_reference_is_filled_in_or_stands_as_it_is_written(tmp_path: Path) -> None:
    filled, unset = rendered(tmp_path, CRM="https://crm.example"), rendered(tmp_path)

    assert filled.config["integrations"]["crm"]["base_url"] == "https://crm.example/v1"
    assert unset.config["integrations"]["crm"]["base_url"] == "${CRM}/v1"


def test_schema_files_are_filled_in_at_the_line_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "item.json").write_text('{"type": "object", "properties": {"id": {"type": "integer"}}}')
    text = CONFIG.replace("response: {type: object}", "response: {$ref: item.json}")
    shown = rendered(tmp_path, text, CRM="https://crm.example")

    schema = endpoint(shown, "other")["responses"]["200"]["schema"]
    assert schema["properties"] == {"id": {"type": "integer"}}
    assert line(shown, "other", "responses/200/schema/properties/id/type") == 20


def test_included_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("integrations:\n  hr: {base_url: https://hr.example}\n")
    shown = rendered(tmp_path, "version: 1\ninclude: [more.yaml]\n")

    assert shown.origins["/integrations/hr/base_url"] == f"{tmp_path / 'more.yaml'}:2"


def test_what_nobody_mentions_and_cannot_be_off_is_there_with_its_defaults(tmp_path: Path) -> None:
    text = "version: 1\nintegrations: {hr: {base_url: https://hr.example, endpoints: {get: {route: GET /x}}}}\n"
    shown = rendered(tmp_path, text)

    assert shown.config["integrations"]["hr"]["endpoints"]["get"]["timeout"]["total"] == "20s"
    assert "/integrations/hr/endpoints/get/timeout/total" not in shown.origins


def test_an_integration_without_a_native_mount_has_no_policies_of_its_own(shown: Rendered) -> None:
    assert "timeout" not in shown.config["integrations"]["crm"]
