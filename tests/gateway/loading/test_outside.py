"""References that lead to the source of a plugin: asked where a value is needed, secret wherever they stand."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from gateway.contract import SecretSource
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.loading import Loaded, load
from tests.gateway.loading.loads import only_endpoint
from tests.gateway.loading.toys import REGISTRY

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: https://x
    endpoints:
      get: {route: GET /x, summary: "by ${safe:crm#user}", description: "${safe:crm#password}"}
"""
SUMMARY = ("integrations", "crm", "endpoints", "get", "summary")


class Source:
    """Knows what it is told, and remembers what it was asked and that it was closed."""

    def __init__(self, **known: str) -> None:
        self.known = known
        self.asked: list[str] = []
        self.opened = self.closed = 0

    def open(self, environ: Mapping[str, str]) -> "Source":
        self.opened += 1
        return self

    def read(self, reference: str) -> str:
        self.asked.append(reference)
        field = reference.partition("#")[2]
        if field not in self.known:
            raise LookupError(f"there is no `{field}`")
        return self.known[field]

    def renew(self) -> float:
        return 1.0

    def close(self) -> None:
        self.closed += 1


def loaded(
    folder: Path, source: Source, text: str = CONFIG, *, lenient: bool = False, ask: bool | None = None
) -> Loaded:
    file = folder / "integrations.yaml"
    file.write_text(text)
    registry = msgspec.structs.replace(REGISTRY, secrets=(SecretSource(scheme="safe", open=source.open),))
    return load(file, registry, {}, lenient_secrets=lenient, ask=ask)


def test_a_source_is_opened_once_for_a_load_and_gives_text(tmp_path: Path) -> None:
    source = Source(user="ann", password="${A}")
    found = loaded(tmp_path, source)

    assert only_endpoint(found).written.summary == "by ann"
    assert only_endpoint(found).written.description == "${A}"
    assert (source.opened, source.closed, found.readers) == (1, 0, (source,))
    found.close()
    assert source.closed == 1


def test_what_it_gives_is_secret_in_any_field(tmp_path: Path) -> None:
    found = loaded(tmp_path, Source(user="ann", password="p"))

    assert found.source.masked(SUMMARY) == "by <secret safe:crm#user>"


def test_everything_that_is_missing_is_told_at_its_line_and_the_source_closed(tmp_path: Path) -> None:
    source = Source()
    with pytest.raises(InvalidConfig) as refused:
        loaded(tmp_path, source)

    told = [render_concise(problem).removeprefix(f"{tmp_path}/") for problem in refused.value.problems]
    assert told == [
        "integrations.yaml:6:37: error[GW201]: `crm#user` cannot be read: there is no `user`",
        "integrations.yaml:6:73: error[GW201]: `crm#password` cannot be read: there is no `password`",
    ]
    assert source.closed == 1


def test_whoever_only_looks_at_a_config_asks_nobody_and_is_not_warned(tmp_path: Path) -> None:
    source = Source()
    found = loaded(tmp_path, source, lenient=True)

    assert only_endpoint(found).written.summary == "by unset-crm-user"
    assert (found.warnings, source.opened, found.source.is_unset(SUMMARY)) == ((), 0, True)


def test_whoever_needs_some_of_it_may_ask_and_is_warned_of_the_rest(tmp_path: Path) -> None:
    found = loaded(tmp_path, Source(user="ann"), lenient=True, ask=True)

    assert only_endpoint(found).written.summary == "by ann"
    assert [problem.severity for problem in found.warnings] == ["warning"]


def test_a_scheme_that_nobody_brings_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig) as refused:
        loaded(tmp_path, Source(), CONFIG.replace("${safe:crm#user}", "${aws:crm#user}"))

    assert "this is not a reference: `${NAME}`, `${NAME:-default}`, `${safe:…}` or" in refused.value.problems[0].message


def test_a_secret_of_a_source_does_not_belong_in_an_address(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig) as refused:
        loaded(tmp_path, Source(user="a", password="p"), CONFIG.replace("https://x", "https://${safe:crm#user}"))

    assert "GW204" in {problem.code for problem in refused.value.problems}
