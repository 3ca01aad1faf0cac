"""Files as they were in a revision of git: the config, and everything beside it that it may name."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.reporting import refuse

_KINDS = frozenset({".yaml", ".yml", ".json"})
"""What a config can name: other configs, schemas, documents of vendors."""


def is_revision(text: str, folder: Path) -> bool:
    """Whether git knows a commit of that name in the repository that holds the folder; `^HEAD` says what is none."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    found = _git(*words, folder=folder)
    return found.returncode == 0 and not found.stdout.startswith("^")


def path_within(file: Path) -> str:
    """The file's path in its repository, as git writes it."""
    prefix = _git("rev-parse", "--show-prefix", folder=file.parent).stdout.strip()
    return f"{prefix}{file.name}"


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """A temporary folder with the files of the whole revision that a config can name."""
    top = _git("rev-parse", "--show-toplevel", folder=folder).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="gateway-diff-") as made:
        command = ["git", "archive", "--format=tar", revision]
        with subprocess.Popen(command, cwd=top, stdout=subprocess.PIPE) as archive:  # noqa: S603 - a commit that git knows
            assert archive.stdout is not None  # noqa: S101 - it is a pipe
            with tarfile.open(fileobj=archive.stdout, mode="r|") as files:
                files.extractall(made, filter=_wanted)  # noqa: S202 - the filter lets nothing out of the folder
        yield Path(made).resolve()


def _wanted(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    if member.isfile() and Path(member.name).suffix not in _KINDS:
        return None
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:  # a link that leads out of the repository
        return None


def _git(*words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        refuse("git is not installed, so revisions cannot be compared")
