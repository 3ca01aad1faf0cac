"""How one value is written: quotes where they are needed, and a block where it has lines."""

import re
from collections.abc import Sequence

import yaml

from gateway.editing.formatting.nodes import Scalar

_BARE = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./-]*[A-Za-z0-9_./-])?")
_OTHERWISE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that some readers of YAML take for something else than text: they keep their quotes."""
_HEADER = re.compile(r"([|>])([0-9+-]*)")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def word(event: yaml.ScalarEvent, raw: str) -> Scalar:
    """A plain or quoted value, as one line; `raw` is how it is written, without its anchor."""
    anchor = f"&{event.anchor} " if event.anchor else ""
    return Scalar(_text(event.value, raw, quoted=event.style is not None), event.value, anchor)


def _text(value: str, raw: str, *, quoted: bool) -> str:
    several = "\n" in raw or not raw.isprintable()
    if not quoted:
        return raw if not several else value if value.isprintable() else _quoted(value)
    if _BARE.fullmatch(value) and value.lower() not in _OTHERWISE:
        return value
    if several or (raw.startswith("'") and value.isprintable() and not set(value) & {'"', "\\"}):
        return _quoted(value)
    return raw


def _quoted(value: str) -> str:
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def block(event: yaml.ScalarEvent, raw: str, lines: Sequence[str]) -> tuple[Scalar, int]:
    """A value with lines of its own, and how many of `lines`, those below its header, are its."""
    anchor = f"&{event.anchor} " if event.anchor else ""
    header = _HEADER.match(raw)
    assert header is not None  # noqa: S101 - `raw` begins with the header, for there is a value
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), 0)
    body = [line[indent:] for line in lines]
    while body and not body[-1] and "+" not in header[2]:
        body.pop()
    if not body or any(sign.isdigit() for sign in header[2]) or not event.value.strip():
        return Scalar(_text(event.value, "\n", quoted=True), event.value, anchor), len(body)
    return Scalar(header[1] + _chomping(event.value, header[2]), event.value, anchor, tuple(body)), len(body)


def _chomping(value: str, written: str) -> str:
    """What becomes of line ends at the end of a block: `+` only where it matters, `-` where the file ended there."""
    if not value.endswith("\n"):
        return "-"
    return "+" if "+" in written and value.endswith("\n\n") else ""


def folded(scalar: Scalar, width: int) -> Scalar | None:
    """A long text as a folded block of that width, if that changes nothing about it."""
    words = scalar.value.split(" ")
    if scalar.body is not None or len(words) == 1 or not all(words) or not scalar.value.isprintable():
        return None
    lines = [words[0]]
    for one in words[1:]:
        if len(lines[-1]) + 1 + len(one) <= width:
            lines[-1] += f" {one}"
        else:
            lines.append(one)
    return Scalar(">-", scalar.value, scalar.anchor, tuple(lines))
