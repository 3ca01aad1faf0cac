"""YAML as people write it, made at random: any indentation, any quotes, braces over lines, comments everywhere."""

from hypothesis import strategies as st

KEYS = ("title", "native", "errors", "route", "x-note", "a b", "get_one", "examples", "cache", "200")
WORDS = (
    *("one", "a long text " * 12, "yes", "007", "1.50", "2026-07-01", "null", "", "say: no", "# no comment", "- a"),
    *(
        "${NAME}",
        "$${NAME:-x}",
        'a "b" c',
        "it's",
        "back\\slash",
        "two\nlines",
        " edge ",
        "{a}",
        "ünï 😀",
        "tab\there",
    ),
)
COMMENTS = ("# a", "#b", "# a 'quote'", "# - not: yaml", "# ${NAME}", "#", "# ---- # ----")
PLAIN = ("one", "a-b c", "12", "1.5", "true", "~", "null", "2026-07-01", "GET /a/{b}", "it's", "a" * 130)


@st.composite
def _scalar(draw: st.DrawFn, *, flow: bool) -> str:
    kind = draw(st.sampled_from(["plain", "single", "double", "double"]))
    if kind == "plain":
        return draw(st.sampled_from([word for word in PLAIN if not flow or "{" not in word]))
    text = draw(st.sampled_from(WORDS))
    if kind == "single" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


@st.composite
def _flow(draw: st.DrawFn, depth: int) -> str:
    """In braces, perhaps over several lines, which begin far to the right: deeper than any block around."""
    is_map = draw(st.booleans())
    size = draw(st.integers(0, 4))
    items = []
    for key in draw(st.permutations(KEYS))[:size]:
        value = draw(_flow(depth + 1) if depth < 2 and draw(st.booleans()) else _scalar(flow=True))
        items.append(f"{_key(key)}: {value}" if is_map else value)
    gaps = [draw(st.sampled_from([" ", " ", "\n" + " " * 30, "  # in\n\n" + " " * 30])) for _ in range(size + 1)]
    inner = "".join(
        gap + item + ("," if place < size - 1 else "")
        for place, (gap, item) in enumerate(zip(gaps, items, strict=False))
    )
    opening, closing = "{}" if is_map else "[]"
    return opening + inner + gaps[-1] + closing


def _key(key: str) -> str:
    return f'"{key}"' if " " in key or key == "200" else key


@st.composite
def _margin(draw: st.DrawFn, indent: int) -> list[str]:
    """Comments and blank lines; a comment may be indented a little less or more than what follows."""
    lines = []
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        shift = draw(st.sampled_from([0, 0, 0, -2, 2, 5]))
        comment = " " * max(0, indent + shift) + draw(st.sampled_from(COMMENTS))
        lines.append(draw(st.sampled_from(["", "   ", comment, comment])))
    return lines


@st.composite
def _behind(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["", "", "", " # x", "      # far", "\t# tab"]))


@st.composite
def _lines(draw: st.DrawFn, indent: int, depth: int, *, is_map: bool) -> list[str]:
    step = draw(st.sampled_from([1, 2, 2, 4, 7]))
    lines: list[str] = []
    for key in draw(st.permutations(KEYS))[: draw(st.integers(1, 4))]:
        lines += draw(_margin(indent))
        lead = " " * indent + (f"{_key(key)}:" if is_map else "-")
        lines += draw(_value(lead, indent, step, depth, is_map=is_map))
    return [*lines, *draw(_margin(indent))]


@st.composite
def _value(draw: st.DrawFn, lead: str, indent: int, step: int, depth: int, *, is_map: bool) -> list[str]:
    behind = draw(_behind())
    kinds = ["scalar", "scalar", "flow", "block", "none", *(["map", "map", "list"] if depth < 3 else [])]
    kind = draw(st.sampled_from(kinds))
    if kind in {"map", "list"}:
        shared = is_map and kind == "list" and draw(st.booleans())
        inner = indent if shared else indent + step
        return [lead + behind, *draw(_lines(inner, depth + 1, is_map=kind == "map"))]
    if kind == "block":
        header = draw(st.sampled_from(["|", ">", "|-", ">-", "|+", ">+", "|1"]))
        body = draw(st.lists(st.sampled_from(["some text", "# text too", "  deeper", "", "end: "]), max_size=4))
        margin = " " * (indent + (1 if header == "|1" else step))
        first = [] if header == "|1" else [margin + "first"]
        return [f"{lead} {header}{behind}", *first, *(margin + line if line else "" for line in body)]
    text = {"scalar": _scalar(flow=False), "flow": _flow(0), "none": st.just("")}[kind]
    return [f"{lead} {draw(text)}{behind}"]


@st.composite
def configs(draw: st.DrawFn) -> str:
    """A file that is a map: most of it valid YAML, none of it a valid config."""
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    top = draw(st.sampled_from([[], ["# yaml-language-server: x"], ["# a", "", "# b"], ["---"]]))
    integrations = draw(st.one_of(st.just([]), _lines(4, 1, is_map=True).map(lambda lines: ["integrations:", *lines])))
    lines = [*top, "version: 1", *draw(_margin(0)), *integrations, *draw(_lines(0, 0, is_map=True))]
    return end.join(lines) + draw(st.sampled_from(["", end, end * 3]))
