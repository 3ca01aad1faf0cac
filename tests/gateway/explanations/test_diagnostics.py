"""Every diagnostic has a page, and what the page shows is what the code says."""

from pathlib import Path

import pytest

from gateway.diagnostics import CODES
from gateway.explanations import Page, diagnostic_page, names
from gateway.registry import Registry, discover
from tests.gateway.explanations.pages import codes, example, sections

BY_HAND = {
    "GW001": "there is no file to show",
    "GW002": "nobody wants to read ten megabytes",
    "GW003": "a page is UTF-8",
    "GW117": "it takes two files, one after the other",
    "GW310": "it lies in the environment of whoever serves",
}
"""Pages whose mistake cannot be shown as a file; `tests/gateway/loading` makes it."""

ONLINE = {"GW401", "GW402", "GW403", "GW404", "GW405", "GW406"}
"""What only a vendor can tell; the files are right but for that. `tests/gateway/probing` has the vendors."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return discover()


def page(code: str) -> Page:
    found = diagnostic_page(code)
    assert found is not None, f"{code} has no page"
    return found


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert set(names("diagnostics")) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_its_title_two_paragraphs_and_two_examples(code: str) -> None:
    found = page(code)
    parts = sections(found.text)
    paragraphs = [part for part in parts[""].strip().split("\n\n") if part]

    assert found.title == f"{code}: {CODES[code]}"
    assert list(parts) == ["", "Wrong", "Right"]
    assert len(paragraphs) >= 2
    assert all("```" in parts[name] for name in ("Wrong", "Right"))
    assert max(map(len, found.text.splitlines())) <= 100


@pytest.mark.parametrize("code", sorted(CODES.keys() - BY_HAND.keys() - ONLINE))
def test_what_a_page_calls_wrong_has_its_code_and_no_other(code: str, tmp_path: Path, registry: Registry) -> None:
    shown = example(sections(page(code).text)["Wrong"])

    assert shown is not None
    assert codes(shown, tmp_path, registry) == {code}


@pytest.mark.parametrize("code", sorted(ONLINE))
def test_what_only_a_vendor_refuses_is_right_in_itself(code: str, tmp_path: Path, registry: Registry) -> None:
    shown = example(sections(page(code).text)["Wrong"])

    assert shown is not None
    assert codes(shown, tmp_path, registry) == set()


@pytest.mark.parametrize("code", sorted(CODES.keys() - BY_HAND.keys()))
def test_what_a_page_calls_right_has_no_problem_at_all(code: str, tmp_path: Path, registry: Registry) -> None:
    shown = example(sections(page(code).text)["Right"])

    assert shown is not None
    assert codes(shown, tmp_path, registry) == set()


@pytest.mark.parametrize("name", ["GW999", "", "../problems/circuit-open", "GW104.md"])
def test_what_is_no_code_has_no_page(name: str) -> None:
    assert diagnostic_page(name) is None
