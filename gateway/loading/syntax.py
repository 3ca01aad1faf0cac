"""What libyaml refused, told to the person who wrote it: where the mistake is, which is often above where it shows.

The library tells what it met in a sentence only, so that sentence is what the explanations are chosen by.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import yaml

from gateway.loading.flow import Fault, in_flow, late_quote
from gateway.loading.rows import indent_of, levels_above, line_of, row_above, row_at
from gateway.loading.text_slips import after_colon

_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VARIABLE = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)%")
_ANCHOR = re.compile(r"[&*]([A-Za-z0-9_-]*)")
_VALUED = re.compile(r"\s*(?:- +)*[^\s:#][^:]*: +\S")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_UNTOLD = re.compile(r" *(?:- +)?([\w-]+) [\[{]")
_LONGEST = 200
_LONGEST_KEY = 1024


class _Found(NamedTuple):
    """A problem of libyaml: where it shows, and where what was being read began."""

    problem: str
    context: str
    at: int
    begun: int


def fault_of(error: yaml.YAMLError, text: str) -> Fault:
    """The first thing that is wrong; nothing behind it can be read."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _character(text)
    mark, context = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    index, begun = (min(one.index if one is not None else 0, len(text)) for one in (mark, context))
    if isinstance(error, yaml.composer.ComposerError) and "single document" in str(error.context):
        return Fault("GW012", index, index + 3, "a config is one document", "remove the `---` and what follows")
    found = _Found(str(error.problem or ""), str(error.context or ""), index, begun)
    if "quoted scalar" not in found.context and (late := late_quote(index, text)) is not None:
        return late
    return next((maker(found, text) for words, maker in _MAKERS if words in str(found)), _other(found, text))


def _character(text: str) -> Fault:
    found = _FORBIDDEN.search(text)
    index, name = (found.start(), f" (U+{ord(found[0]):04X})") if found is not None else (0, "")
    return Fault("GW004", index, index + 1, f"the file holds a control character{name}", "remove it")


def _other(found: _Found, text: str) -> Fault:
    sentence = (found.problem or found.context or "it cannot be read").lower()
    return _fault(found.at, found.at + 1, f"not valid YAML: {sentence}")


def _fault(start: int, end: int, message: str, hint: str = "") -> Fault:
    return Fault("GW004", start, end, message, hint)


def _tab(found: _Found, text: str) -> Fault:
    return _fault(found.at, found.at + 1, "a tab cannot indent", "indent with spaces")


def _first_letter(found: _Found, text: str) -> Fault:
    letter = text[found.at : found.at + 1]
    if letter == "\t":
        return _tab(found, text)
    variable = _VARIABLE.match(text, found.at)
    hint = f"a variable is written `${{{variable[1]}}}`" if variable is not None else "quote the value"
    name = "a backtick" if letter == "`" else f"`{letter}`"
    return _fault(found.at, found.at + 1, f"a value cannot begin with {name}", hint)


def _percent(found: _Found, text: str) -> Fault:
    return _fault(found.begun, found.begun + 1, "a line cannot begin with `%`", "quote it if it is a value")


def _open_quote(found: _Found, text: str) -> Fault:
    hint = "close it where the value ends"
    return _fault(found.begun, found.begun + 1, "the quote that opens here is never closed", hint)


def _escape(found: _Found, text: str) -> Fault:
    start = text.rfind("\\", found.begun, found.at + 1)
    hint = "single quotes take every character as it is; in double ones a backslash is `\\\\`"
    return _fault(start, start + 2, f"`{text[start : start + 2]}` is no escape that double quotes know", hint)


def _alias(found: _Found, text: str) -> Fault:
    anchor = _ANCHOR.match(text, found.at)
    name, end = (anchor[1], anchor.end()) if anchor is not None else ("", found.at + 1)
    return _fault(found.at, end, f"there is no anchor `&{name}` above", "a text that begins with `*` needs quotes")


def _star(found: _Found, text: str) -> Fault:
    letter = text[found.begun : found.begun + 1]
    return _fault(found.begun, found.begun + 1, f"a value cannot begin with `{letter}`", "quote the value")


def _anchor_twice(found: _Found, text: str) -> Fault:
    anchor = _ANCHOR.match(text, found.at)
    name = anchor[0] if anchor is not None else "&"
    message = f"the anchor `{name}` stands twice, first in line {line_of(text, found.begun)}"
    return _fault(found.at, found.at + len(name), message, "give it another name")


def _block(found: _Found, text: str) -> Fault:
    message = f"behind `{text[found.begun]}` nothing can stand: its text begins in the next line"
    return _fault(found.begun, found.at + 1, message, f"quote the value if it begins with `{text[found.begun]}`")


def _dash_behind_key(found: _Found, text: str) -> Fault:
    hint = "begin it in the line below, or write `[a, b]`"
    return _fault(found.at, found.at + 1, "a list cannot begin behind its key", hint)


def _no_colon(found: _Found, text: str) -> Fault:
    """A line that is neither a key nor an item."""
    start, end = found.begun, row_at(text, found.begun)[1]
    written = text[start:end].rstrip()
    if written.startswith(_CONFLICT):
        return _fault(start, end, "a merge conflict is left in the file", "keep one side, and remove the marks")
    if written.startswith("-"):
        return _fault(start, start + 1, "a space is missing after the `-`", f"write `- {written[1:].strip()}`")
    spaced = after_colon(written)
    if spaced is not None:
        return _fault(start, end, *spaced)
    return _fault(start, end, f"a `:` is missing after `{written.split()[0][:60]}`")


def _colon(found: _Found, text: str) -> Fault:
    """A `: ` where a value has begun: in that value, or above it, where a colon or a space is missing."""
    start, end = row_at(text, found.at)
    before = text[start : found.at]
    if len(before) > _LONGEST_KEY:
        return _fault(start, found.at, f"a key is at most {_LONGEST_KEY:,} characters long")
    if _VALUED.match(before):
        value = before.partition(": ")[2].strip() + text[found.at : end].rstrip()
        quote = "'" if '"' in value else '"'
        hint = f"write {quote}{value}{quote}" if len(value) < _LONGEST and quote not in value else "quote the value"
        return _fault(found.at, found.at + 1, "a text that holds `: ` needs quotes", hint)
    above = row_above(text, start)
    return _above(text, above, start, before) if above is not None else _other(found, text)


def _above(text: str, above: tuple[int, int], start: int, before: str) -> Fault:
    """The line above took this one for the rest of its value."""
    written = text[slice(*above)].strip()
    first = above[0] + indent_of(text, above[0])
    spaced = after_colon(written)
    if spaced is not None:
        return _fault(first, above[1], *spaced)
    if ":" not in written:
        return _fault(first, above[1], f"a `:` is missing after `{written.split()[0][:60]}`")
    key, upper = before.strip().removeprefix("- "), written.removeprefix("- ").partition(":")[0]
    message = f"`{key}` is indented deeper than `{upper}`, which has a value already"
    indent = indent_of(text, above[0])
    return _fault(start + indent_of(text, start), start + len(before), message, f"indent it by {indent}")


def _no_key(found: _Found, text: str) -> Fault:
    letter = text[found.at : found.at + 1]
    start = row_at(text, found.at)[0]
    if (key := _UNTOLD.match(text, start)) is not None:
        return _fault(key.start(1), key.end(1), f"a `:` is missing after `{key[1]}`")
    if letter in ("}", "]"):
        return _fault(found.at, found.at + 1, f"`{letter}` closes nothing", "remove it")
    if letter == ":":
        return _fault(found.at, found.at + 1, "a key is missing before the `:`")
    if start + indent_of(text, start) != found.at:
        return _fault(found.at, found.at + 1, f"`{letter}` cannot stand here: the value has ended already")
    if letter == "-":
        hint = "a list stands below a key that has no other value"
        return _fault(found.at, found.at + 1, "an item cannot stand among keys", hint)
    above = " or ".join(str(level) for level in levels_above(text, start))
    message = f"a line that is indented by {found.at - start} fits no line above"
    return _fault(found.at, row_at(text, found.at)[1], message, f"indent it by {above}")


def _no_dash(found: _Found, text: str) -> Fault:
    hint = "put it above the list, or indent it to where the text of the last item begins"
    return _fault(found.at, row_at(text, found.at)[1], "a key cannot stand among the items of a list", hint)


def _no_value(found: _Found, text: str) -> Fault:
    letter = text[found.at : found.at + 1]
    if letter in ("}", "]"):
        return _fault(found.at, found.at + 1, f"`{letter}` closes nothing", "remove it")
    if letter == ",":
        return _fault(found.at, found.at + 1, "a value is missing before the `,`")
    opener = max(text.rfind("["), text.rfind("{"))
    return _fault(opener, opener + 1, f"`{text[opener]}` is never closed") if opener >= 0 else _other(found, text)


def _second_root(found: _Found, text: str) -> Fault:
    message = "a config is one map: what stands here is beside it"
    return _fault(found.at, row_at(text, found.at)[1], message, "is everything above indented alike?")


def _flow(found: _Found, text: str) -> Fault:
    return in_flow(found.at, found.begun, text) or _other(found, text)


def _key(found: _Found, text: str) -> Fault:
    return in_flow(found.at, found.begun, text) or _no_key(found, text)


_MAKERS: tuple[tuple[str, Callable[[_Found, str], Fault]], ...] = (
    ("tab character", _tab),
    ("cannot start any token", _first_letter),
    ("scanning a directive", _percent),
    ("scanning a quoted scalar", _open_quote),
    ("parsing a quoted scalar", _escape),
    ("undefined alias", _alias),
    ("alphabetic or numeric", _star),
    ("duplicate anchor", _anchor_twice),
    ("comment or line break", _block),
    ("block sequence entries", _dash_behind_key),
    ("could not find expected ':'", _no_colon),
    ("mapping values are not allowed", _colon),
    ("',' or", _flow),
    ("expected key", _key),
    ("'-' indicator", _no_dash),
    ("expected node content", _no_value),
    ("<document start>", _second_root),
)
