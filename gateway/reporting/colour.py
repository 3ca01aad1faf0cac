"""Colours for terminals, and nothing where there is none."""

from collections.abc import Callable
from typing import Literal

Colour = Literal["red", "yellow", "bold"]
Paint = Callable[[str, Colour], str]

_SEQUENCES: dict[Colour, str] = {"red": "1;31", "yellow": "1;33", "bold": "1"}


def plain(text: str, colour: Colour) -> str:
    return text


def ansi(text: str, colour: Colour) -> str:
    return f"\x1b[{_SEQUENCES[colour]}m{text}\x1b[0m"
