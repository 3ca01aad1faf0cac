"""Makes docs/reference/ from the code: `python -m scripts.reference` writes it, a test holds it to the code."""

from collections.abc import Mapping
from pathlib import Path

from scripts.reference.commands import commands
from scripts.reference.environment import environment
from scripts.reference.explained import diagnostics, problems
from scripts.reference.keys import keys

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def pages() -> Mapping[str, str]:
    """The text of each page, by its file's name."""
    made = {
        "keys.md": keys(),
        "commands.md": commands(),
        "problems.md": problems(),
        "diagnostics.md": diagnostics(),
        "environment.md": environment(),
    }
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in made.items()}
