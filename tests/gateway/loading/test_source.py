"""Where things were written, and what nobody may see."""

from pathlib import Path

import pytest

from gateway.loading import Source
from gateway.reporting import render_text
from tests.gateway.loading.loads import loaded, refused

CONFIG = """\
version: 1
defaults:
  retry: {attempts: 2, budget: 50%}
  errors: [{when: {status: 400}, slug: d}]
profiles:
  slow: {timeout: {total: 60s}}
integrations:
  crm:
    base_url: https://crm.example
    extends: [slow]
    retry: {attempts: 3}
    credential: {use: basic, username: "${CRM_USER}", password: "${CRM_PASSWORD}"}
    endpoints:
      get:
        route: GET /x
        summary: by ${CRM_USER} with ${CRM_PASSWORD}
        errors: [{when: {status: 404}, slug: e}]
      off:
        route: GET /y
        retry: null
"""
ENVIRON = {"CRM_USER": "ann", "CRM_PASSWORD": "hunter2"}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return loaded(tmp_path, CONFIG, ENVIRON).source


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("retry", "attempts"), 11),
        (("retry", "budget"), 3),
        (("timeout", "total"), 6),
        (("timeout", "attempt"), None),
        (("errors", 0, "slug"), 17),
        (("errors", 1, "slug"), 4),
        (("errors", 2), None),
        (("cache",), None),
    ],
)
def test_an_effective_value_is_found_where_it_was_written(
    source: Source, path: tuple[str | int, ...], line: int | None
) -> None:
    origin = source.origin("crm", "get", path)
    assert (origin.line if origin else None) == line


def test_what_null_cut_off_was_written_nowhere(source: Source) -> None:
    assert source.origin("crm", "off", ("retry", "attempts")) is None


def test_a_place_is_the_value_or_the_key_of_a_map(source: Source) -> None:
    base = ("integrations", "crm", "endpoints", "get")
    assert source.place((*base, "route")).column == 16
    assert (source.place(base).line, source.place(base).column, source.place(base).length) == (14, 7, 3)
    assert source.place((*base, "cache")) == source.place(base)


def test_secrets_are_masked_wherever_they_appear(source: Source) -> None:
    credential = ("integrations", "crm", "credential")
    assert source.masked((*credential, "password")) == "<secret env:CRM_PASSWORD>"
    assert source.masked((*credential, "username")) == "ann"
    summary = source.masked(("integrations", "crm", "endpoints", "get", "summary"))
    assert summary == "by ${CRM_USER} with <secret env:CRM_PASSWORD>"


@pytest.mark.parametrize(
    ("storage", "shown"),
    [
        ("postgresql://me:hunter2@db/gateway", "postgresql://me:<secret>@db/gateway"),
        ("postgresql://me:hun@ter/2@db/gateway", "postgresql://me:<secret>@db/gateway"),
        ("postgresql://db/gateway?user=me&password=hunter2", "postgresql://db/gateway?user=me&password=<secret>"),
        ("sqlite:///var/gateway.db", "sqlite:///var/gateway.db"),
    ],
)
def test_the_password_of_a_storage_address_is_masked(tmp_path: Path, storage: str, shown: str) -> None:
    text = f'version: 1\nserver: {{storage: "{storage}"}}\nintegrations: {{}}\n'
    assert loaded(tmp_path, text).source.masked(("server", "storage")) == shown


def test_no_excerpt_shows_a_secret_that_is_written_out(tmp_path: Path) -> None:
    credentials = ("use: bearer, token: hunter2", "use: bearer, tokn: hunter2", "use: baerer, token: hunter2")
    for credential in (*credentials, 'use: bearer, token: "${T:-hunter2}"', "use: bearer, token: [hunter2]"):
        text = f'version: 1\nintegrations: {{crm: {{base_url: "x", credential: {{{credential}}}}}}}\n'
        problems = refused(tmp_path, text)
        assert problems
        assert "hunter2" not in "".join(render_text(problem, text) for problem in problems)


def test_messages_show_what_is_written_in_place_of_a_value_from_outside(tmp_path: Path) -> None:
    text = 'version: 1\ndefaults: {cache: {ttl: "${TTL}"}}\nintegrations: {}\n'
    (problem,) = refused(tmp_path, text, {"TTL": "hunter2"})
    assert "hunter2" not in problem.message
    assert "`${TTL}`" in problem.message


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\r"], ids=["line", "paragraph", "next-line", "return"])
def test_a_secret_is_hidden_whatever_else_some_count_as_a_line_break(tmp_path: Path, end: str) -> None:
    config = f"# a{end}# b\n# c{end}# d\n{CONFIG}".replace('"${CRM_PASSWORD}"', "hunter2, x: 1")
    path = tmp_path / "integrations.yaml"
    problems = refused(tmp_path, config, ENVIRON)
    assert problems
    assert all("hunter2" not in render_text(problem, path.read_bytes().decode()) for problem in problems)
