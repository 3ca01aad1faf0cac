"""Configs made by chance: bytes of the shipped file flipped, cut and doubled, words of it exchanged, mere noise."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.fuzzing.texts import Lay, written

ROOT = Path(__file__).parents[2]
_WORD = re.compile(rb"[\w.-]+|\s+|[^\w\s]")
_SHARP = [
    b"\0",
    b"\t",
    b"'",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b": ",
    b"- ",
    b"\n",
    b"&a ",
    b"*a",
    b"<<: ",
    b"${",
    b"}",
    b"#",
]
_SHARP += [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"!!x ",
    b"---\n",
    b"%",
    b"|",
    b">",
    b"?",
]

Change = Callable[[random.Random, bytearray], None]


def _flip(chosen: random.Random, content: bytearray) -> None:
    content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)


def _insert(chosen: random.Random, content: bytearray) -> None:
    at = chosen.randrange(len(content))
    content[at:at] = chosen.choice(_SHARP)


def _cut(chosen: random.Random, content: bytearray) -> None:
    at = chosen.randrange(len(content))
    del content[at : at + chosen.choice([1, 2, 10, 100, 1000])]


def _double(chosen: random.Random, content: bytearray) -> None:
    at, size = chosen.randrange(len(content)), chosen.choice([1, 10, 100, 1000])
    content[at:at] = content[at : at + size] * chosen.choice([1, 1, 50])


def _exchange(chosen: random.Random, content: bytearray) -> None:
    """A word for another word of the file."""
    words = _WORD.findall(bytes(content))
    at = chosen.randrange(len(words))
    words[at] = chosen.choice(words)
    content[:] = b"".join(words)


_CHANGES: tuple[Change, ...] = (_flip, _flip, _insert, _insert, _cut, _double, _exchange)


def changed(seed: object) -> bytes:
    """The shipped file with a few changes; the same for the same seed."""
    chosen = random.Random(str(seed))
    content = bytearray((ROOT / "integrations.yaml").read_bytes())
    if chosen.random() < 0.3:
        content = bytearray(chosen.randbytes(chosen.randrange(1, 5_000)))
    for _ in range(chosen.choice([1, 1, 2, 5, 50])):
        if content:
            chosen.choice(_CHANGES)(chosen, content)
    return bytes(content)


def by_chance(first: int) -> Iterator[tuple[str, Lay]]:
    """Without end."""
    number = first
    while True:
        yield f"chance {number}", _laid(number)
        number += 1


def _laid(number: int) -> Lay:
    lay = written(lambda: changed(number))

    def with_schemas(folder: Path) -> Path:
        (folder / "schemas").symlink_to(ROOT / "schemas")
        return lay(folder)

    return with_schemas
