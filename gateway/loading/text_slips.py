"""Texts that look right and are not: a space that is missing or none, curly quotes, another tool's variables."""

import re
import unicodedata
from typing import Any

_STUCK = re.compile(r"(?:- +)?([A-Za-z_$][\w.$-]*):([^ ].*)", re.DOTALL)
_ITEM = re.compile(r"-[^\s\d-]")
_CURLY = frozenset("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2039\u203a")
_FOREIGN = re.compile(r"\$([A-Za-z_]\w*)|\$\(([A-Za-z_]\w*)\)|\{\{\s*([A-Za-z_][\w.]*)\s*\}\}|%([A-Za-z_]\w*)%")
_LONGEST = 300
"""Characters of a text that is looked through: what somebody mistyped is short."""

_SEPARATORS = frozenset({"Zs", "Zl", "Zp", "Cf"})


def slip_in(value: Any) -> str:
    """What would be right about a text that has one of these; nothing where it has none."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return curly(value) or invisible(value) or foreign(value)


def curly(value: str) -> str:
    found = next((letter for letter in value if letter in _CURLY), None)
    return f'`{found}` is no quote of YAML: write `"`' if found and value[0] in _CURLY else ""


def invisible(value: str) -> str:
    """Of the first character that nobody sees, or that looks like a space."""
    found = next((one for one in value if one != " " and unicodedata.category(one) in _SEPARATORS), None)
    if found is None:
        return ""
    kind = "a space of another kind" if unicodedata.category(found) == "Zs" else "an invisible character"
    return f"{kind} stands there (U+{ord(found):04X}): type it anew"


def foreign(value: str) -> str:
    """Variables as shells, templates and Windows write them."""
    found = _FOREIGN.search(value)
    name = next(filter(None, found.groups()), "NAME") if found is not None else ""
    return f"a variable is written `${{{name.rpartition('.')[2]}}}`" if name else ""


def after_colon(written: str) -> tuple[str, str] | None:
    """What is wrong and what would be right where a value sticks to its key: `ttl:5m`."""
    found = _STUCK.match(written[:_LONGEST])
    if found is None or found[2].startswith("//"):
        return None
    hint = invisible(found[2][:1])
    if hint:
        return f"a space of another kind stands after `{found[1]}:`", hint
    shown = found[2] if len(found[2]) < 60 else "…"  # noqa: PLR2004 - what fits beside the excerpt
    return f"a space is missing after `{found[1]}:`", f"write `{found[1]}: {shown}`"


def stuck_item(written: str) -> str:
    """`-item` is a text, and no item of a list."""
    return "a space is missing after the `-`" if _ITEM.match(written) else ""
