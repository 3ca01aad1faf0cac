"""Which differences count, and how they are told."""

from pathlib import Path

import pytest

from gateway.comparing import differences
from gateway.comparing.telling import lines
from tests.gateway.rendering.test_resolving import rendered

CONFIG = """\
version: 1
defaults: {timeout: {total: 20s}, quota: {requests: 10, per: 1m}}
integrations:
  crm:
    base_url: https://crm.example
    endpoints:
      list:
        route: GET /contacts
        query: {limit: {type: integer, maximum: 100}}
        errors:
          - {when: {status: 404}, as: rejected}
          - {when: {status: 429}, as: rate_limited}
      get:
        route: GET /contacts/{id}
"""


def told(folder: Path, changed: str, original: str = CONFIG) -> list[str]:
    """The lines, without the folder of the file."""
    before, after = rendered(folder, original), rendered(folder, changed)
    endpoints = {name: len(one.get("endpoints", ())) for name, one in after.config["integrations"].items()}
    return [line.replace(f"{folder}/", "") for line in lines(differences(before, after), endpoints)]


def replaced(*pairs: tuple[str, str]) -> str:
    text = CONFIG
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total: 20s", "total: 20000ms"),
        ("total: 20s", 'total: "20s"'),
        ("version: 1\n", "version: 1  # as ever\n"),
        ("{timeout: {total: 20s}, quota", "{retry: null, timeout: {total: 20s}, quota"),
        ("{requests: 10, per: 1m}", "{per: 60s, requests: 10}"),
        ("    base_url: https://crm.example\n", "    base_url: https://crm.example\n    timeout: {total: 20s}\n"),
        ("        route: GET /contacts\n", "        timeout: {total: 20s}\n        route: GET /contacts\n"),
        ("route: GET /contacts\n", "route: GET /contacts\n        upstream: GET /contacts\n"),
        ("type: integer, maximum: 100", "maximum: 100, type: integer"),
    ],
)
def test_how_it_is_written_is_no_difference(tmp_path: Path, old: str, new: str) -> None:
    assert told(tmp_path, replaced((old, new))) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("maximum: 100", "maximum: 50", "~ crm.list query.limit.maximum 100 → 50  (integrations.yaml:9)"),
        ("maximum: 100", "minimum: 1", "- crm.list query.limit.maximum 100  (integrations.yaml:9)"),
        ("total: 20s", "total: 30s", "~ crm.* timeout.total 20s → 30s  (integrations.yaml:2)"),
        ("timeout: {total: 20s}", "timeout: {attempt: 5s}", "~ crm.* timeout.attempt 10s → 5s  (integrations.yaml:2)"),
        ("      get:\n", "      one:\n", "+ crm.one  (integrations.yaml:14)"),
        ("      get:\n", "      one:\n", "- crm.get  (integrations.yaml:14)"),
        ("  crm:\n", "  hr:\n", "- crm  (integrations.yaml:5)"),
        ("https://crm", "https://hr", "~ crm base_url https://crm.example → https://hr.example  (integrations.yaml:5)"),
        (
            "version: 1\n",
            "version: 1\nserver: {body_limit: 1MiB}\n",
            "~ server body_limit 10MiB → 1MiB  (integrations.yaml:2)",
        ),
        (
            "{status: 404}, as",
            "{status: 410}, as",
            '+ crm.list errors {"when": {"status": 410}, "as": "rejected"}  (integrations.yaml:11)',
        ),
        (
            "        route: GET /contacts\n",
            "        route: GET /contacts\n        quota: {requests: 10}\n",
            "~ crm.list quota counts for the integration as a whole → for this endpoint alone  (integrations.yaml:9)",
        ),
    ],
)
def test_what_it_means_is_told_in_a_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert line in told(tmp_path, replaced((old, new)))


def test_what_goes_back_to_the_default_says_so(tmp_path: Path) -> None:
    assert told(
        tmp_path, CONFIG.replace("20s", "40s").replace("timeout: {total: 40s}, ", ""), CONFIG.replace("20s", "40s")
    ) == ["~ crm.* timeout.total 40s → 20s  (default)"]


def test_rules_in_another_order_are_another_config(tmp_path: Path) -> None:
    first, second = CONFIG.splitlines()[10:12]
    found = told(tmp_path, replaced((f"{first}\n{second}", f"{second}\n{first}")))

    assert len(found) == 1
    assert found[0].startswith("~ crm.list errors ")


def test_endpoints_in_another_order_are_the_same_config(tmp_path: Path) -> None:
    start = CONFIG.index("      list:")
    first, second = CONFIG[start:].split("      get:\n")
    assert told(tmp_path, CONFIG[:start] + "      get:\n" + second + first) == []


def test_true_is_not_one(tmp_path: Path) -> None:
    enum = replaced(("maximum: 100", "const: 1"))

    assert told(tmp_path, enum.replace("const: 1", "const: true"), enum) == [
        "~ crm.list query.limit.const 1 → true  (integrations.yaml:9)"
    ]
