"""Texts that are made to hurt a reader: bombs, depth, length, numbers, bytes that are no text."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

Make = Callable[[], str | bytes]
Lay = Callable[[Path], Path]

MUCH = 9_900_000
"""Bytes, a little less than a config may have."""

HEAD = "version: 1\nintegrations:\n  crm:\n    base_url: https://crm.example\n"
END = f"{HEAD}    endpoints:\n      get:\n        route: GET /x\n"


def written(make: Make) -> Lay:
    """A config that is nothing but this; made only when it is laid, and forgotten."""

    def lay(folder: Path) -> Path:
        config, content = folder / "integrations.yaml", make()
        config.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return config

    return lay


def _bomb(opening: str, closing: str, first: str) -> str:
    names = "abcdefghij"
    lines = [f"x-a: &a {opening}{first}{closing}"]
    for before, name in pairwise(names):
        lines.append(f"x-{name}: &{name} {opening}{', '.join(f'{key}*{before}' for key in _keys(opening))}{closing}")
    return "\n".join(lines) + "\n"


def _keys(opening: str) -> list[str]:
    return [f"k{number}: " if opening == "{" else "" for number in range(10)]


TEXTS: Mapping[str, Make] = {
    "nothing": lambda: b"",
    "too large": lambda: "#" * 10_000_001,
    "a NUL": lambda: b"\0",
    "NULs": lambda: b"\0" * MUCH,
    "utf-16": lambda: END.encode("utf-16"),
    "utf-32": lambda: END.encode("utf-32"),
    "a lone surrogate": lambda: "version: '\ud800'\n",
    "a lone surrogate as escape": lambda: 'version: "\\ud800"\n',
    "a title that is half a pair": lambda: HEAD + '    title: "\\ud83d"\n',
    "a key that is half a pair": lambda: HEAD + '    "\\ud83d": 1\n',
    "wide characters": lambda: HEAD + "    title: '" + "a" * (MUCH - 200) + "\U0001f600'\n",
    "wide characters only": lambda: "version: " + "\U0001f600" * (MUCH // 4 - 10),
    "other line ends": lambda: HEAD + "    title: a\u2028b\x85c\u2029d\n    titel: b\n",
    "alias bomb of lists": lambda: _bomb("[", "]", "x"),
    "alias bomb of maps": lambda: _bomb("{", "}", "x: y"),
    "alias bomb in a schema": lambda: END + _bomb("[", "]", "x") + "        body: {enum: [*j]}\n",
    "merge bomb": lambda: "".join(
        f"x-{name}: &{name} {{{', '.join(['<<: *' + before] * 12)}}}\n" if before else f"x-{name}: &{name} {{a: 1}}\n"
        for before, name in zip(("", *"abcdefgh"), "abcdefghi", strict=True)
    ),
    "an anchor in itself": lambda: "version: &a [*a]\n",
    "anchors within anchors": lambda: "version: " + "".join(f"&a{number} [" for number in range(5_000)),
    "thousands of anchors": lambda: "".join(f"x-{number}: &a{number} 1\n" for number in range(60_000)),
    "brackets": lambda: "[" * MUCH,
    "five hundred brackets": lambda: "[" * 500 + "]" * 500,
    "braces": lambda: "{" * MUCH,
    "braces as keys": lambda: "{a: " * 100_000,
    "maps as keys": lambda: "? " * (MUCH // 2),
    "deep lists": lambda: "- " * (MUCH // 2),
    "deep blocks": lambda: "".join(f"{' ' * depth}a:\n" for depth in range(4_000)),
    "deep blocks of lists": lambda: "".join(f"{' ' * depth}-\n" for depth in range(4_000)),
    "a long word": lambda: "version: " + "x" * MUCH,
    "a long quoted text": lambda: 'version: "' + "x" * (MUCH - 20) + '"',
    "a long text of escapes": lambda: 'version: "' + "\\u0041" * (MUCH // 6 - 10) + '"',
    "a long folded text": lambda: "version: >\n" + "  word\n" * (MUCH // 7 - 10),
    "a long comment": lambda: "#" * MUCH,
    "a long line of spaces": lambda: "version:" + " " * MUCH + "1",
    "many empty lines": lambda: "\n" * MUCH + "a",
    "many carriage returns": lambda: "\r" * MUCH + "a: b: c",
    "many comments": lambda: "#\n" * (MUCH // 2) + "a: b: c",
    "many documents": lambda: "---\n" * (MUCH // 4),
    "many keys": lambda: "".join(f"k{number}: 1\n" for number in range(95_000)),
    "many keys that are alike": lambda: "".join(f"integration{number}: 1\n" for number in range(60_000)),
    "many equal keys": lambda: "a: 1\n" * 95_000,
    "many values": lambda: "[" + "a," * (MUCH // 2 - 10) + "]",
    "many directives": lambda: "%TAG !a! tag:x\n" * 600_000,
    "many tags": lambda: "[" + "!a x, " * 100_000 + "]",
    "a long key": lambda: "k" * MUCH + ": 1",
    "a long quoted key": lambda: '{"' + "k" * (MUCH - 20) + '": 1}',
    "keys of a thousand letters": lambda: "".join(f"{'k' * 1000}{number}: 1\n" for number in range(9_000)),
    "a long number": lambda: "version: " + "1" * MUCH,
    "a long fraction": lambda: "version: 0." + "1" * MUCH,
    "a large exponent": lambda: "version: 1e999999999999",
    "a long exponent": lambda: "version: 1e" + "9" * MUCH,
    "zeros": lambda: HEAD + f"    retry: {{attempts: {'0' * 1_000_000}x}}\n",
    "a long unit": lambda: HEAD + f"    timeout: {{total: {'1' * 1_000_000} {'s' * 1_000_000}}}\n",
    "quotes left open": lambda: "version: '" + "''" * (MUCH // 2 - 10),
    "quotes in a row": lambda: "version: '" + "''" * (MUCH // 2 - 20) + "' x: y\n",
    "escaped quotes": lambda: 'version: "' + '\\"' * (MUCH // 2 - 20) + '" x: y\n',
    "a mistake behind much": lambda: "# x\n" * 400_000 + "a:\n    b: 1\n  c: 2\n",
    "a mistake behind keys": lambda: "".join(f"k{number}: 1\n" for number in range(60_000)) + "  c: 2\n",
    "a mistake in a long line": lambda: "a: {" + "b: 1, " * 100_000 + "c: ${X}}\n",
    "a mistake behind spaces": lambda: " " * (MUCH - 20) + "a: b: c",
    "many dashes before a mistake": lambda: "- " * 300 + "x" * 400_000 + ": y: z\n",
}


def texts() -> Iterator[tuple[str, Lay]]:
    for name, content in TEXTS.items():
        yield name, written(content)
