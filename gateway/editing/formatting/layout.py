"""Lines from values: two spaces a level, lists indented below their key, one blank line between integrations."""

from collections.abc import Iterator

import msgspec

from gateway.editing.formatting.flow import LIMIT, flow_lines, one_line
from gateway.editing.formatting.nodes import BLANK, Collection, Comment, Entry, Scalar
from gateway.editing.formatting.words import folded

_INDENT = 2
_GAP = 2
"""Spaces before a comment that cannot stay in its column."""


def laid_out(root: Collection) -> str:
    """The text of a file; its last line has an end."""
    lines = list(_block(_separated(root), 0))
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines) + "\n"


def _separated(root: Collection) -> Collection:
    """With the integrations one below the other, never in braces, and a blank line before all but the first."""
    return msgspec.structs.replace(root, entries=tuple(map(_with_gaps, root.entries)))


def _with_gaps(entry: Entry) -> Entry:
    value = entry.value
    if entry.key is None or entry.key.value != "integrations" or not isinstance(value, Collection) or not value.entries:
        return entry
    first, *others = value.entries
    apart = (
        one if BLANK in one.before else msgspec.structs.replace(one, before=(BLANK, *one.before)) for one in others
    )
    return msgspec.structs.replace(entry, value=msgspec.structs.replace(value, entries=(first, *apart), flow=False))


def _block(node: Collection, indent: int) -> Iterator[str]:
    closed = True
    for entry in node.entries:
        yield from _margin(entry.before, indent, closed=closed)
        yield from _entry(entry, indent)
        yield from _margin(entry.inside, indent + _INDENT)
        closed = not _ends_blank(entry.value)
    yield from _margin(node.tail, indent, closed=closed)


def _ends_blank(node: Scalar | Collection) -> bool:
    """Whether a text ends with a blank line here: another one would belong to it."""
    if isinstance(node, Scalar):
        return node.body is not None and node.body[-1] == BLANK
    return bool(node.entries) and not node.tail and _ends_blank(node.entries[-1].value)


def _margin(comments: tuple[str, ...], indent: int, *, closed: bool = True) -> Iterator[str]:
    if not closed and comments[:1] == (BLANK,):
        comments = comments[1:]
    yield from (" " * indent + one if one else one for one in comments)


def _entry(entry: Entry, indent: int) -> list[str]:
    lead = " " * indent + ("-" if entry.key is None else f"{one_line(entry.key)}:")
    if isinstance(entry.value, Scalar):
        return _scalar(entry.value, lead, entry.comment, indent)
    lines = flow_lines(entry.value, len(lead) + 1)
    if lines is not None:
        lines[0] = f"{lead} {lines[0]}"
        lines[-1] = _with_comment(lines[-1], entry.comment)
        return lines
    return _collection(entry, lead, indent)


def _scalar(scalar: Scalar, lead: str, comment: Comment | None, indent: int) -> list[str]:
    line = f"{lead} {scalar.anchor}{scalar.text}".rstrip()
    if len(line) > LIMIT:
        scalar = folded(scalar, LIMIT - indent - _INDENT) or scalar
        line = f"{lead} {scalar.anchor}{scalar.text}"
    body = (" " * (indent + _INDENT) + one if one else one for one in scalar.body or ())
    return [_with_comment(line, comment), *body]


def _collection(entry: Entry, lead: str, indent: int) -> list[str]:
    """Below its key; in a list beside the dash, and what would stand between the two above it."""
    value = entry.value
    assert isinstance(value, Collection)  # noqa: S101 - the caller has looked
    lines = list(_block(value, indent + _INDENT))
    if entry.key is not None:
        return [_with_comment(f"{lead} {value.anchor}".rstrip(), entry.comment), *lines]
    above = [entry.comment.text] if entry.comment is not None else []
    while not lines[0] or lines[0].lstrip().startswith("#"):
        above += filter(None, [lines.pop(0).lstrip()])
    begin = [f"{lead} {value.anchor}".rstrip(), lines[0]] if value.anchor else [f"{lead} {lines[0].lstrip()}"]
    return [*_margin(tuple(above), indent), *begin, *lines[1:]]


def _with_comment(line: str, comment: Comment | None) -> str:
    """The comment in the column where it was, so that a row of them stays one."""
    if comment is None:
        return line
    gap = max(comment.column - len(line), 0) or _GAP
    return line + " " * gap + comment.text
