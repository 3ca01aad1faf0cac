"""The pages of the docs and the blocks of code in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]

_FENCE = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# ([\w./-]+\.(?:ya?ml|env|py|toml))\n")


class Block(msgspec.Struct, frozen=True):
    """A piece of code: `file` is what its first line says that it is to be saved as, `line` where it begins."""

    language: str
    text: str
    line: int
    file: str | None = None


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        named = _FILE.match(found[2])
        line = text.count("\n", 0, found.start(2)) + 1
        yield Block(found[1], found[2], line, named[1] if named else None)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()
