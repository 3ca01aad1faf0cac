"""What a check found in one file, and the line that sums it up."""

import msgspec

from gateway.diagnostics import Problem, Size


class Found(msgspec.Struct, frozen=True):
    """`size` is None where the file could not be read so far; `seconds` is the time that the work took."""

    file: str
    problems: tuple[Problem, ...]
    size: Size | None
    seconds: float

    @property
    def errors(self) -> int:
        return sum(1 for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    @property
    def milliseconds(self) -> int:
        return round(self.seconds * 1000)

    def summary(self) -> str:
        """`5 integrations, 43 endpoints: 1 error, 2 warnings (84 ms)`."""
        told = self.file
        if self.size is not None:
            told = f"{several(self.size.integrations, 'integration')}, {several(self.size.endpoints, 'endpoint')}"
        counted = f"{several(self.errors, 'error')}, {several(self.warnings, 'warning')}"
        return f"{told}: {counted} ({self.milliseconds} ms)"


def several(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
