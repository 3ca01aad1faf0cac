"""From a file's bytes to its text, and what `load` is told beside the file."""

from pathlib import Path

import pytest

from gateway.diagnostics import InvalidConfig, Place
from gateway.loading import load
from gateway.loading.reading import Text
from tests.gateway.loading.toys import REGISTRY

PLAIN = b"version: 1\nintegrations: {}\n"


def problem_of(path: Path) -> tuple[str, Place]:
    with pytest.raises(InvalidConfig) as caught:
        load(path, REGISTRY, {}, lenient_secrets=False)
    (problem,) = caught.value.problems
    return problem.code, problem.place


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "absent.yaml"
    assert problem_of(path) == ("GW001", Place(str(path)))
    assert problem_of(tmp_path) == ("GW001", Place(str(tmp_path)))


def test_a_file_that_is_not_utf_8_is_a_problem_at_the_first_wrong_byte(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes("version: 1\nx: é".encode() + b"\xe9\n")
    assert problem_of(path) == ("GW003", Place(str(path), 2, 5))


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN)
    assert load(path, REGISTRY, {}, lenient_secrets=False).config.integrations == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_count_lines_however_they_end_and_columns_in_characters(end: str) -> None:
    text = Text("c.yaml", f"é😀: 1{end}b{end}{end}cd")
    assert text.place(2, 5) == Place("c.yaml", 1, 3, 3)
    assert text.place(len(text.text) - 2, len(text.text)) == Place("c.yaml", 4, 1, 2)


def test_the_public_url_is_the_servers_unless_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(PLAIN)
    found = load(path, REGISTRY, {}, lenient_secrets=False, public_url="http://here")
    assert found.config.server.public_url == "http://here"
    path.write_bytes(PLAIN + b"server: {public_url: https://there}\n")
    found = load(path, REGISTRY, {}, lenient_secrets=False, public_url="http://here")
    assert found.config.server.public_url == "https://there"


def test_a_stubbed_gateway_needs_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b'version: 1\nintegrations: {crm: {base_url: "${CRM}"}}\n')
    assert load(path, REGISTRY, {}, lenient_secrets=False, stub=True).config.integrations[0].name == "crm"
    assert problem_of(path)[0] == "GW201"
