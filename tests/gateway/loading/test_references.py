"""What references give."""

from pathlib import Path

import pytest

from tests.gateway.loading.loads import loaded, only_endpoint

CONFIG = 'version: 1\nintegrations: {crm: {base_url: "https://x", endpoints: {get: {route: GET /x, summary: "%s"}}}}\n'


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("${A}", "1"),
        ("${env:A}", "1"),
        ("a${A}b${A}", "a1b1"),
        ("${UNSET:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY}", ""),
        ("${UNSET:-}", ""),
        ("${UNSET:-a:-b}", "a:-b"),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("$A and $", "$A and $"),
        ("${NESTED}", "${A}"),
        ("${STRUCTURE}", "{a: 1}"),
    ],
)
def test_a_reference_gives_text_and_is_not_read_again(tmp_path: Path, written: str, given: str) -> None:
    environ = {"A": "1", "EMPTY": "", "NESTED": "${A}", "STRUCTURE": "{a: 1}"}
    assert only_endpoint(loaded(tmp_path, CONFIG % written, environ)).written.summary == given


def test_a_file_gives_its_text_without_the_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a\nb\n\n")
    found = loaded(tmp_path, CONFIG % "${file:secret.txt}")
    assert only_endpoint(found).written.summary == "a\nb\n"
    assert tmp_path / "secret.txt" in found.files
    assert found.source.masked(("integrations", "crm", "endpoints", "get", "summary")) == "<secret file:secret.txt>"


def test_without_a_value_the_name_stands_in_its_place(tmp_path: Path) -> None:
    found = loaded(tmp_path, CONFIG % "by ${NOBODY}", lenient=True)
    assert only_endpoint(found).written.summary == "by unset-NOBODY"
    assert [warning.code for warning in found.warnings] == ["GW201"]


def test_a_config_whose_every_value_is_unset_can_still_be_looked_at(tmp_path: Path) -> None:
    text = """
    version: 1
    server: {base_path: "${A}", public_url: "${B}", body_limit: "${C}", cors: {origins: ["${D}"]}}
    defaults: {retry: {attempts: "${E}", unsafe: "${F}", budget: "${G}"}, stub: "${H}"}
    integrations:
      crm: {base_url: "${I}", allow_private: "${J}", endpoints: {get: {route: "${K}", upstream: "GET /${L}"}}}
    """
    assert len(loaded(tmp_path, text, lenient=True).warnings) == 12
