"""The Dockerfile as Docker reads it: its stages, and the instructions of each."""

import json
import re
import shlex
from pathlib import Path

import msgspec

from tests.running import ROOT

FILE = ROOT / "Dockerfile"


class Instruction(msgspec.Struct, frozen=True):
    """`text` is what follows the word, on one line."""

    word: str
    text: str

    @property
    def words(self) -> list[str]:
        """Of the exec form, or as a shell would part them."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


Stage = tuple[Instruction, ...]


def stages(file: Path = FILE) -> list[Stage]:
    """Each begins with its FROM."""
    lines = (line for line in file.read_text().splitlines() if not line.startswith("#"))
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Instruction(word, rest.strip()))
    return [tuple(stage) for stage in found]


def every(stage: Stage, word: str) -> list[Instruction]:
    return [instruction for instruction in stage if instruction.word == word]


def only(stage: Stage, word: str) -> Instruction:
    (found,) = every(stage, word)
    return found


def environment(stage: Stage) -> dict[str, str]:
    pairs = (pair.partition("=") for instruction in every(stage, "ENV") for pair in instruction.words)
    return {name: value for name, _, value in pairs}


def health(stage: Stage) -> list[str]:
    """The command of the health check."""
    found: list[str] = json.loads(only(stage, "HEALTHCHECK").text.partition("CMD ")[2])
    return found


def ignored(path: str, file: Path = ROOT / ".dockerignore") -> bool:
    """Whether a path of the top level, or below it, stays out of what is built from; the last line that fits counts."""
    out = False
    for line in file.read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        if pattern in {"*", path} or path.startswith(f"{pattern}/"):
            out = not line.startswith("!")
        elif pattern.startswith("**/") and pattern.removeprefix("**/") in path.split("/"):
            out = True
    return out
