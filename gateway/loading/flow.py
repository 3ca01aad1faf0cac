"""Mistakes inside quotes, braces and brackets: they show where the reader stumbles, and began where one opened."""

import re

import msgspec

from gateway.loading.rows import indent_of, line_of, row_at

_CLOSER = {"{": "}", "[": "]"}
_REFERENCE = re.compile(r"[^\s,\[\]{}]*\$\{[^}\n]*\}?[^\s,\[\]{}]*")
_TEMPLATE = re.compile(r"[^,\[\]{}\n]*\{[^{}\n]*\}[^,\[\]{}\n]*")
_FAR = 1_000
"""Quotes within quotes that are passed over on the way back to where they opened."""

_LONGEST = 200
_NEXT = re.compile(r"[\"'\[{]|[\w.-]+\s*:")


class Fault(msgspec.Struct, frozen=True):
    """A mistake in the text itself, and the characters that it is about."""

    code: str
    start: int
    end: int
    message: str
    hint: str = ""


def in_flow(index: int, opener: int, text: str) -> Fault | None:
    """Where the reader, within what opened at `opener`, met something else than it could take; None if it is none."""
    if text[max(0, index - 1) : index + 1] == "${":
        return _reference(index, text)
    closed = _closing_quote(index, text)
    inside = text[opener : opener + 1] in _CLOSER
    if closed is not None:
        return _behind_quote(index, closed, text, inside=inside)
    if not inside:
        return None
    if text[index : index + 1] == "{" and text[index - 1 : index].strip(" ,:"):
        return _template(index, text)
    return _unclosed(index, opener, text)


def _reference(index: int, text: str) -> Fault:
    start = max(text.rfind(letter, 0, index) for letter in " ,[{\n") + 1
    found = _REFERENCE.match(text, start)
    shown = found[0] if found is not None and len(found[0]) < _LONGEST else "${NAME}"
    hint = f'quote it: "{shown}"'
    return Fault("GW010", index - 1, index + 1, "a reference inside `{}` or `[]` needs quotes", hint)


def _template(index: int, text: str) -> Fault:
    start = max(text.rfind(letter, 0, index) for letter in ":,[{\n") + 1
    found = _TEMPLATE.match(text, start)
    short = found is not None and len(found[0]) < _LONGEST
    hint = f'quote it: "{found[0].strip()}"' if found is not None and short else "quote the value"
    return Fault("GW004", index, index + 1, "a text with `{` inside `{}` or `[]` needs quotes", hint)


def _closing_quote(index: int, text: str) -> int | None:
    """Where a quote closes right before the index, in its line."""
    last = index - 1
    while last >= 0 and text[last] == " ":
        last -= 1
    return last if last >= 0 and text[last] in "\"'" else None


def late_quote(index: int, text: str) -> Fault | None:
    """A quote that closes right before the index, and opened in a line above: it should have closed there."""
    closed = index - 1 if index and text[index - 1] in "\"'" else None
    opened = _opening_quote(closed, text) if closed is not None else 0
    if closed is None or "\n" not in text[opened:closed]:
        return None
    message = f"the quote that opens here closes only in line {line_of(text, closed)}"
    return Fault("GW004", opened, opened + 1, message, "close it where the value ends")


def _behind_quote(index: int, closed: int, text: str, *, inside: bool) -> Fault:
    quote = text[closed]
    opened = _opening_quote(closed, text)
    if (late := late_quote(closed + 1, text)) is not None:
        return late
    if inside and text[index : index + 1] == ":":
        return Fault("GW004", opened, closed + 1, "a `,` is missing before this")
    if inside and _NEXT.match(text, index):
        return Fault("GW004", index, index + 1, "a `,` is missing before this")
    hint = "a `'` inside single quotes is written `''`" if quote == "'" else "quote all of the value, or nothing of it"
    return Fault("GW004", index, row_at(text, index)[1], "text follows the closing quote", hint)


def _opening_quote(closed: int, text: str) -> int:
    quote, at = text[closed], closed
    for _ in range(_FAR):
        at = text.rfind(quote, 0, max(at, 0))
        if at <= 0:
            break
        if quote == "'" and text[at - 1] == "'":
            at -= 1
        elif quote == "'" or text[at - 1] != "\\":
            break
    return max(at, 0)


def _unclosed(index: int, opener: int, text: str) -> Fault:
    letter, closer = text[opener], _CLOSER[text[opener]]
    line, first = line_of(text, opener), row_at(text, opener)[0]
    if text[index : index + 1] in ("}", "]"):
        message = f"expected `{closer}`, got `{text[index]}`"
        return Fault("GW004", index, index + 1, message, f"line {line} opens `{letter}`")
    below = row_at(text, index)[0]
    left = below != first and indent_of(text, below) <= indent_of(text, first)
    if left or not text[index:].strip():
        return Fault("GW004", opener, opener + 1, f"`{letter}` is never closed", f"a `{closer}` is missing")
    return Fault("GW004", index, index + 1, "a `,` is missing before this, or quotes around a text that holds `: `")
