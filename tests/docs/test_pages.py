"""The docs can be followed: every config is valid, every command does what the page says, the whole builds."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.diagnostics import render_concise
from tests.docs.configs import is_config, problems
from tests.docs.pages import PAGES, ROOT, Block, blocks, name_of
from tests.docs.session import fits, session, steps

ELSEWHERE = re.compile(r"make (demo|bench|test)|git clone|^cd ")
"""Commands that have tests of their own, or that a test cannot repeat."""
OWN = [page for page in PAGES if page.name != "diagnostics.md"]
"""That one is made from the explanations, which are tested where they lie."""
WITH_A_PLUGIN = "docs/tutorial/a-plugin.md"
"""Its config needs the plugin that the page writes, and its own commands check it."""
TYPED = [page for page in OWN if any(block.language == "console" for block in blocks(page))]


@pytest.mark.parametrize("page", [page for page in OWN if name_of(page) != WITH_A_PLUGIN], ids=name_of)
def test_every_config_is_valid(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    found = [block for block in blocks(page) if block.language == "yaml" and is_config(block.text)]
    save(page, tmp_path)
    told = [f"line {one.line}: {render_concise(wrong)}" for one in found for wrong in problems(one.text, tmp_path)]

    assert told == []


@pytest.mark.parametrize("page", TYPED, ids=name_of)
def test_every_command_does_what_the_page_says(page: Path, tmp_path: Path) -> None:
    prepare(page, tmp_path)
    with session(tmp_path) as shell:
        for block in blocks(page):
            if block.file is not None:
                write(block, tmp_path, shell.here)
            for step in steps(block.text) if block.language == "console" else ():
                if not ELSEWHERE.search(step.command):
                    seen = shell.type(step.command)
                    assert fits(seen, step.expected), f"line {block.line}: {step.command}\n{seen}"
                    assert step.expected or "rror: " not in seen, f"line {block.line}: {step.command}\n{seen}"


def test_the_docs_build_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "tutorial" / "first-integration.html").exists()


def prepare(page: Path, folder: Path) -> None:
    """The readme is read in a clone, whose config it serves; every other page begins with nothing."""
    if page.name == "README.md":
        shutil.copytree(ROOT / "schemas", folder / "schemas")
        shutil.copy(ROOT / "integrations.yaml", folder)


def save(page: Path, folder: Path) -> None:
    for block in blocks(page):
        if block.file is not None and block.file != "integrations.yaml":
            write(block, folder)


def write(block: Block, folder: Path, here: Callable[[str], str] = str) -> None:
    path = folder / (block.file or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(here(block.text), encoding="utf-8")
