"""Data as lines of YAML in the style of the shipped file: what fits a line stands in braces, the rest below its key."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.loading.scalars import tag_of

WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z0-9_./$][A-Za-z0-9_./$ ()+*=@;`<>'-]*")
_PLAIN_IN_BLOCK = re.compile(r"[A-Za-z0-9_./$][A-Za-z0-9_./$ ()+*=@;`<>'{}\[\],-]*")
_OLD_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
"""Truth values to readers of YAML 1.1."""


def lines(key: str, value: Any, indent: int = 0) -> Iterator[str]:
    """`key: value`, on as many lines as it takes."""
    margin = " " * indent
    flow = f"{margin}{_key(key)}: {flowing(value)}"
    if not isinstance(value, (dict, list)) or not value or (_is_small(value) and len(flow) <= WIDTH):
        yield flow if isinstance(value, (dict, list)) else f"{margin}{_key(key)}: {scalar(value, flow=False)}"
    elif isinstance(value, dict):
        yield f"{margin}{_key(key)}:"
        for name, item in value.items():
            yield from lines(str(name), item, indent + 2)
    else:
        yield f"{margin}{_key(key)}:"
        yield from (f"{margin}  - {flowing(item)}" for item in value)


def flowing(value: Any) -> str:
    """On one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))}: {flowing(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flowing, value)) + "]"
    return scalar(value)


def scalar(value: Any, *, flow: bool = True) -> str:
    """Quotes only where they are needed; inside braces a reference needs them."""
    if not isinstance(value, str):
        return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)
    if not flow and value.startswith("${") and not re.search(r'[\n"#]|: |:$', value):
        return value
    plain = (_PLAIN if flow else _PLAIN_IN_BLOCK).fullmatch(value) and "${" not in value
    unmistakable = tag_of(value) == "str" and value.lower() not in _OLD_WORDS and not value.endswith(" ")
    return value if plain and unmistakable else '"' + "".join(map(_escaped, value)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter == "\n":
        return "\\n"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _key(name: str) -> str:
    """A number is as good a key as a text: it means its text."""
    return name if name.isdecimal() and tag_of(name) == "int" else scalar(name)


def _is_small(value: Any, depth: int = 0) -> bool:
    """An endpoint is never squeezed into a line, however short it is."""
    if depth > 3:  # noqa: PLR2004 - what nests deeper is hard to read in braces
        return False
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not (isinstance(value, dict) and "route" in value) and all(_is_small(item, depth + 1) for item in inner)
