"""Maps and lists in braces and brackets: in one line if they fit, else line by line as their author broke them."""

from gateway.editing.formatting.nodes import Collection, Entry, Scalar

LIMIT = 120
"""Columns of a line; comments are not counted."""


def flow_lines(node: Collection, column: int) -> list[str] | None:
    """The lines of a collection that begins at a column; None where it is to be a block."""
    if not node.flow or (has_comments(node) and node.entries):
        return None
    line = one_line(node)
    if column + len(line) <= LIMIT or not node.entries:
        return [line]
    if not node.spread or node.hanging:
        return None
    for keep in (True, False):
        lines = _packed(node, column, keep=keep, closers=0)
        if column + len(lines[0]) <= LIMIT and all(len(line) <= LIMIT for line in lines[1:]):
            return lines
    return None


def has_comments(node: Scalar | Collection) -> bool:
    if isinstance(node, Scalar):
        return False
    owners = any(
        entry.comment or entry.inside or any(entry.before) or has_comments(entry.value) for entry in node.entries
    )
    return bool(node.tail) or owners


def one_line(node: Scalar | Collection) -> str:
    if isinstance(node, Scalar):
        return node.anchor + (node.text or "null")
    opening, closing = "{}" if node.is_map else "[]"
    return node.anchor + opening + ", ".join(map(_entry, node.entries)) + closing


def _entry(entry: Entry) -> str:
    return _key(entry) + one_line(entry.value)


def _key(entry: Entry) -> str:
    return f"{one_line(entry.key)}: " if entry.key is not None else ""


def _packed(node: Collection, column: int, *, keep: bool, closers: int) -> list[str]:
    """Each line below the first entry of its own braces.

    Broken where its author did, to `keep` it, or where it has to be; `closers` is how many brackets close behind it.
    """
    opening, closing = "{}" if node.is_map else "[]"
    lines = [node.anchor + opening]
    inner = column + len(lines[0])
    for place, entry in enumerate(node.entries):
        last = place == len(node.entries) - 1
        text, room = _entry(entry), closers + 1 if last else 1
        at = (column if len(lines) == 1 else 0) + len(lines[-1]) + (place > 0)
        if place and (entry.broken if keep else at + len(text) + room > LIMIT):
            lines.append(" " * inner)
            at = inner
        elif place:
            lines[-1] += " "
        value = entry.value
        open_up = isinstance(value, Collection) and (value.spread if keep else at + len(text) + room > LIMIT)
        if open_up and isinstance(value, Collection) and value.entries:
            key = _key(entry)
            first, *others = _packed(value, at + len(key), keep=keep, closers=room if last else 1)
            lines[-1] += key + first
            lines += others
        else:
            lines[-1] += text
        lines[-1] += closing if last else ","
    return lines
