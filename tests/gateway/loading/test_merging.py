"""One merge rule: maps merge, everything else replaces, `null` cuts off."""

from pathlib import Path
from typing import Any

import pytest

from gateway.loading import Loaded
from tests.gateway.loading.loads import loaded, only_endpoint

CONFIG = """
version: 1
defaults: %s
profiles: %s
integrations:
  crm: {base_url: "https://crm.example", %s, endpoints: {get: {route: GET /x, %s}}}
"""


def levels(
    folder: Path, defaults: str = "{}", profiles: str = "{}", integration: str = "", endpoint: str = ""
) -> Loaded:
    return loaded(folder, CONFIG % (defaults, profiles, integration or "title: x", endpoint or "summary: x"))


def settings(found: Loaded, policy: str) -> Any:
    return only_endpoint(found).policies[policy].settings


def test_maps_merge_key_by_key_through_all_levels(tmp_path: Path) -> None:
    found = levels(
        tmp_path,
        defaults="{retry: {attempts: 2, budget: 50%, backoff: {initial: 1s}}}",
        profiles="{slow: {retry: {budget: 10%, backoff: {max: 20s}}}}",
        integration="extends: [slow], retry: {unsafe: known_unprocessed}",
        endpoint="retry: {attempts: 4}",
    )
    retry = settings(found, "retry")
    assert (retry.attempts, retry.budget, retry.unsafe) == (4, 0.1, "known_unprocessed")
    assert (retry.backoff.initial, retry.backoff.max) == (1.0, 20.0)


def test_lists_replace(tmp_path: Path) -> None:
    found = levels(tmp_path, defaults="{retry: {when: [connect, 503]}}", endpoint="retry: {when: [timeout]}")
    assert settings(found, "retry").when == ("timeout",)


def test_later_profiles_win_over_earlier_ones_and_lose_to_the_level_itself(tmp_path: Path) -> None:
    profiles = "{a: {timeout: {total: 1s, attempt: 1s}}, b: {timeout: {total: 2s}}}"
    found = levels(tmp_path, profiles=profiles, integration="extends: [a, b], timeout: {attempt: 3s}")
    assert (settings(found, "timeout").total, settings(found, "timeout").attempt) == (2.0, 3.0)


def test_an_endpoints_profile_stands_between_the_integration_and_the_endpoint(tmp_path: Path) -> None:
    found = levels(
        tmp_path,
        profiles="{a: {timeout: {total: 5s, attempt: 5s}}}",
        integration="timeout: {total: 9s}",
        endpoint="extends: [a], timeout: {attempt: 1s}",
    )
    assert (settings(found, "timeout").total, settings(found, "timeout").attempt) == (5.0, 1.0)


def test_null_switches_off_what_is_inherited(tmp_path: Path) -> None:
    found = levels(tmp_path, defaults="{retry: {}}", endpoint="retry: null")
    assert "retry" not in only_endpoint(found).policies
    assert "retry" in found.config.integrations[0].policies


def test_after_null_a_map_starts_from_scratch(tmp_path: Path) -> None:
    found = levels(tmp_path, defaults="{retry: {attempts: 7}}", integration="retry: null", endpoint="retry: {}")
    assert settings(found, "retry").attempts == 3


def test_what_nobody_mentions_is_not_there(tmp_path: Path) -> None:
    assert only_endpoint(levels(tmp_path)).policies == {}


def test_a_required_key_may_come_from_any_level(tmp_path: Path) -> None:
    found = levels(tmp_path, defaults="{cache: {tags: [a]}}", endpoint="cache: {ttl: 1m}")
    assert (settings(found, "cache").ttl, settings(found, "cache").tags) == (60.0, ("a",))


RULE = "[{when: {status: %d}, slug: %s}]"


def test_prepended_lists_are_put_before_one_another(tmp_path: Path) -> None:
    found = levels(
        tmp_path,
        defaults=f"{{errors: {RULE % (400, 'd')}}}",
        profiles=f"{{p: {{errors: {RULE % (401, 'p')}}}}}",
        integration=f"extends: [p], errors: {RULE % (402, 'i')}",
        endpoint=f"errors: {RULE % (403, 'e')}",
    )
    assert [rule.slug for rule in settings(found, "errors")] == ["e", "i", "p", "d"]


def test_null_cuts_off_prepended_lists(tmp_path: Path) -> None:
    found = levels(
        tmp_path,
        defaults=f"{{errors: {RULE % (400, 'd')}}}",
        integration="errors: null",
        endpoint=f"errors: {RULE % (403, 'e')}",
    )
    assert [rule.slug for rule in settings(found, "errors")] == ["e"]


@pytest.mark.parametrize(
    ("endpoint", "scope"),
    [("", "crm"), ("retry: {attempts: 2}", "crm.get"), ("extends: [p]", "crm.get")],
)
def test_state_is_the_integrations_unless_the_endpoint_mentions_the_policy(
    tmp_path: Path, endpoint: str, scope: str
) -> None:
    found = levels(tmp_path, defaults="{retry: {}}", profiles="{p: {retry: {}}}", endpoint=endpoint)
    assert only_endpoint(found).policies["retry"].scope == scope


def test_equal_settings_are_one_object(tmp_path: Path) -> None:
    found = levels(tmp_path, defaults="{retry: {attempts: 4}}", endpoint="retry: {attempts: 4}")
    assert settings(found, "retry") is found.config.integrations[0].policies["retry"].settings
