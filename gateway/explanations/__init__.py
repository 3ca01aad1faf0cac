"""The pages that explain what is wrong: one Markdown file for each diagnostic and for each problem.

`gateway explain`, the pages behind a problem's `type` and the rules of a SARIF report all read them here.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

Kind = Literal["diagnostics", "problems"]


class Page(msgspec.Struct, frozen=True):
    """`name` is a code or a slug, `text` the whole page in Markdown."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ")


def diagnostic_page(code: str) -> Page | None:
    """The page of a code such as `GW104`."""
    return _page("diagnostics", code)


def problem_page(slug: str) -> Page | None:
    """The page of a slug such as `circuit-open`."""
    return _page("problems", slug)


def names(kind: Kind) -> tuple[str, ...]:
    """Every code or every slug that has a page."""
    return tuple(sorted(file.name.removesuffix(".md") for file in _folder(kind).iterdir()))


def _page(kind: Kind, name: str) -> Page | None:
    if name not in names(kind):  # a name from outside never becomes a path unless it is one of ours
        return None
    return Page(name, (_folder(kind) / f"{name}.md").read_text(encoding="utf-8"))


def _folder(kind: Kind) -> Traversable:
    return files(__package__) / kind
