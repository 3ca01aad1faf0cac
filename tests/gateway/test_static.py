"""The API page is made of files of our own, unchanged where they are others', and asks nobody else for anything."""

import hashlib
import re
from importlib.resources import files

import pytest

STATIC = files("gateway") / "static"
NOTES = (STATIC / "VENDORED.md").read_text()
VENDORED = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", NOTES, re.MULTILINE))
OURS = {"docs.html", "docs.js", "docs.css", "page.css", "VENDORED.md"}
PAGE = (STATIC / "docs.html").read_text()


def test_every_file_is_known() -> None:
    assert {file.name for file in STATIC.iterdir()} == OURS | set(VENDORED)


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_what_its_authors_published(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == VENDORED[name]


def test_the_exact_version_of_what_is_vendored_is_told() -> None:
    assert re.search(r"`swagger-ui-dist` \d+\.\d+\.\d+ ", NOTES)


def test_the_page_refers_only_to_files_that_are_served_beside_it() -> None:
    references = re.findall(r'(?:src|href)="([^"]+)"', PAGE)

    asked = {one.removeprefix("docs/") for one in references if one.startswith("docs/")}
    assert {one for one in references if not one.startswith("docs/")} == {"data:,", "openapi.json"}
    assert asked < OURS | set(VENDORED)


def test_the_page_has_nothing_inline_that_a_strict_policy_forbids() -> None:
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", PAGE, re.DOTALL)

    assert all("src=" in attributes and not text for attributes, text in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", PAGE)


@pytest.mark.parametrize("name", ["docs.html", "docs.js", "docs.css", "page.css"])
def test_our_own_files_name_no_other_host(name: str) -> None:
    assert not re.search(r"(https?:)?//[\w-]+\.", (STATIC / name).read_text())


def test_no_validator_elsewhere_is_asked() -> None:
    assert "validatorUrl: null" in (STATIC / "docs.js").read_text()
