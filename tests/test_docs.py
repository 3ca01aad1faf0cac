"""The docs say what the code does."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from scripts import schema as schemas
from scripts.reference import FOLDER, pages
from scripts.schema import schema
from tests.docs.pages import PAGES, ROOT, name_of


@pytest.mark.parametrize("name", pages())
def test_the_reference_is_the_code(name: str) -> None:
    assert (FOLDER / name).read_text() == pages()[name], "run `python -m scripts.reference`"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_console_command_of_the_readme_exists() -> None:
    make = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) - {"sure"} <= make


FORBIDDEN = re.compile(r"/work/|/root/|/home/|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian")


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    kinds = {".py", ".md", ".toml", ".yaml", ".json", ".txt", ".html", ".css", ""}
    skipped = {".git", ".venv", ".venv-bench", "node_modules", "var", "build", "dist"}
    files = [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix in kinds and not skipped & set(path.relative_to(ROOT).parts)
    ]
    named = [
        str(path.relative_to(ROOT))
        for path in files
        if not any(part.startswith(".") and part != ".ci" for part in path.relative_to(ROOT).parts)
        and path.name != "test_docs.py"
        and FORBIDDEN.search(path.read_text(errors="replace"))
    ]

    assert named == []


def test_the_schema_for_editors_is_the_code() -> None:
    assert schemas.TARGET.read_text() == schema(), "run `python -m scripts.schema`"


def test_editors_find_nothing_wrong_with_the_shipped_config() -> None:
    document = yaml.safe_load((ROOT / "integrations.yaml").read_text())

    assert list(Draft202012Validator(msgspec.json.decode(schema())).iter_errors(document)) == []
