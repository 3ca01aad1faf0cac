"""What shells offer: bash itself is asked; zsh and fish too where they are installed, else what they would ask."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

CONFIG = """\
version: 1
include: [more/*.yaml]
integrations:
  crm: {base_url: https://crm.example, endpoints: {list: {route: GET /a}, get: {route: GET /b}}}
"""
MORE = "integrations:\n  hr:\n    endpoints:\n      list:\n        route: GET /a\n"
WORDS = [
    (["exp"], ["explain"]),
    (["explain", "crm."], ["crm.list", "crm.get"]),
    (["try", "hr"], ["hr.list"]),
    (["explain", "GW10"], ["GW104", "GW105", "GW106", "GW107", "GW108", "GW109"]),
    (["explain", "quota"], ["quota-exceeded"]),
    (["render", "c"], ["crm", "crm.list", "crm.get"]),
    (["check", "--format", "con"], ["concise"]),
    (["completion", "b"], ["bash"]),
    (["serve", "--ho"], ["--host"]),
]


@pytest.fixture(name="project")
def written(tmp_path: Path) -> Path:
    """A config, and the command on the path."""
    (tmp_path / "more").mkdir()
    (tmp_path / "integrations.yaml").write_text(CONFIG)
    (tmp_path / "more" / "hr.yaml").write_text(MORE)
    command = tmp_path / "bin" / "gateway"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateway "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def environ(project: Path) -> dict[str, str]:
    return {
        "PATH": f"{project / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
        "HOME": str(project),
    }


def ran(project: Path, *command: str, **more: str) -> str:
    """What it prints; it has to end well and to be silent otherwise."""
    told = subprocess.run(
        command, cwd=project, env={**environ(project), **more}, capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stderr == ""
    return told.stdout


@pytest.mark.parametrize(("words", "offered"), WORDS, ids=" ".join)
def test_bash_offers(project: Path, words: list[str], offered: list[str]) -> None:
    script = (
        'eval "$(gateway completion bash)"\n'
        f"COMP_WORDS=(gateway {' '.join(words)})\nCOMP_CWORD={len(words)}\n"
        '_gateway_completion gateway\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    found = ran(project, "bash", "--norc", "-c", script).split()

    assert found == offered if words[0] != "explain" else set(found) >= set(offered)


@pytest.mark.parametrize(("words", "offered"), WORDS, ids=" ".join)
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_others_are_told(project: Path, shell: str, words: list[str], offered: list[str]) -> None:
    asked = {"_GATEWAY_COMPLETE": f"{shell}_complete", "COMP_WORDS": " ".join(["gateway", *words])}
    asked |= {"COMP_CWORD": str(len(words)) if shell == "zsh" else words[-1]}
    lines = ran(project, "gateway", **asked).splitlines()

    found = lines[1::3] if shell == "zsh" else [line.partition(",")[2].partition("\t")[0] for line in lines]
    assert set(found) >= set(offered), lines


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_one_that_the_shell_reads(project: Path, shell: str) -> None:
    script = ran(project, "gateway", "completion", shell)

    assert f"_GATEWAY_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        ran(project, shell, "-n", "-c", script)


@pytest.mark.parametrize(
    "text", ["version: [", "", "integrations: {crm: {endpoints: [1, {", "a: \x00", "integrations:\n  crm:\n\t x"]
)
def test_a_broken_config_is_silent(project: Path, text: str) -> None:
    (project / "integrations.yaml").write_text(text)
    asked = {"_GATEWAY_COMPLETE": "bash_complete", "COMP_WORDS": "gateway try c", "COMP_CWORD": "2"}

    assert ran(project, "gateway", **asked).strip() == ""


def test_the_config_that_is_named_is_the_one_that_is_read(project: Path) -> None:
    asked = {"_GATEWAY_COMPLETE": "bash_complete", "COMP_WORDS": "gateway try -c more/hr.yaml h", "COMP_CWORD": "4"}

    assert ran(project, "gateway", **asked) == "plain,hr.list\n"
    asked |= {"COMP_WORDS": "gateway try h", "COMP_CWORD": "2"}
    assert ran(project, "gateway", GATEWAY_CONFIG="more/hr.yaml", **asked) == "plain,hr.list\n"
    assert ran(project, "gateway", GATEWAY_CONFIG="none.yaml", **asked).strip() == ""
