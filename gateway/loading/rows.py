"""The lines of a text around an index: where they begin, how far they are indented."""

_ENDS = ("\n", "\r")
_FAR = 200


def row_at(text: str, index: int) -> tuple[int, int]:
    """Where the line with that character begins and ends."""
    start = text.rfind("\n", 0, index) + 1
    start = max(start, text.rfind("\r", start, index) + 1)
    stop = text.find("\n", index)
    stop = len(text) if stop < 0 else stop
    earlier = text.find("\r", index, stop)
    return start, stop if earlier < 0 else earlier


def row_above(text: str, start: int) -> tuple[int, int] | None:
    """The nearest line above that says something."""
    for _ in range(_FAR):
        if start == 0:
            return None
        row = row_at(text, start - 1)
        start = row[0]
        written = text[slice(*row)].strip()
        if written and not written.startswith("#"):
            return row
    return None


def indent_of(text: str, start: int) -> int:
    """How many spaces a line begins with."""
    end = start
    while text[end : end + 1] == " ":
        end += 1
    return end - start


def levels_above(text: str, start: int) -> list[int]:
    """The indentations that a line could have had: of the lines above, each less than those below it."""
    levels: list[int] = []
    for _ in range(_FAR):
        if start == 0:
            break
        start, end = row_at(text, start - 1)
        indent = indent_of(text, start)
        if start + indent == end or text[start + indent] == "#":
            continue
        if not levels or indent < levels[-1]:
            levels.append(indent)
        if indent == 0:
            break
    return levels


def line_of(text: str, index: int) -> int:
    """The number of the line, from 1."""
    before = text[:index]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
