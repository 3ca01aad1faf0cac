"""The pages of the diagnostics and of the problems, from the explanations that the gateway itself serves."""

import re
from collections.abc import Iterator

from gateway import diagnostics as told
from gateway import explanations
from scripts.reference.tables import table

_DIAGNOSTICS = """\
# Diagnostics

What `gateway check` says of a file, by its code; `gateway explain GW104` shows one of them. Errors keep a file from
being served, warnings do not, unless `--strict` says so.
"""
_PROBLEMS = """\
# Problems

What the gateway itself answers, as problem documents (RFC 9457), by the slug at the end of their `type`. Error rules of
the file add their own. A running gateway serves these pages under `/problems/`.
"""
_HEADING = re.compile(r"^(#+ )", re.MULTILINE)


def diagnostics() -> Iterator[str]:
    yield _DIAGNOSTICS
    rows = [(f"[`{code}`](#{code.lower()})", told.severity_of(code), text) for code, text in told.CODES.items()]
    yield from table(("code", "severity", "about"), rows)
    for code in told.CODES:
        yield from _page(explanations.diagnostic_page(code), code)


def problems() -> Iterator[str]:
    yield _PROBLEMS
    for slug in explanations.names("problems"):
        yield from _page(explanations.problem_page(slug), slug)


def _page(page: explanations.Page | None, name: str) -> Iterator[str]:
    """As a section, which can be linked to by its name."""
    yield f"({name.lower()})="
    text = page.text if page is not None else f"# {name}\n"
    yield _HEADING.sub(r"#\1", text if name in text.partition("\n")[0] else text.replace("# ", f"# {name}: ", 1))
