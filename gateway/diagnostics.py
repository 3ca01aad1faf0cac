"""What is wrong with a config: a code, a place, what would be right."""

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]

CODES = {
    "GW001": "the file cannot be read",
    "GW002": "the file is too large",
    "GW003": "the file is not UTF-8",
    "GW004": "the file is not valid YAML",
    "GW005": "a key stands twice",
    "GW006": "merge keys are not part of YAML 1.2",
    "GW007": "tags are not allowed",
    "GW008": "too deep, or too many values",
    "GW009": "a key is not text",
    "GW010": "a reference inside braces or brackets needs quotes",
    "GW011": "the file is empty",
    "GW012": "more than one document",
    "GW013": "a file to be included is not there",
    "GW014": "a key that an included file cannot hold",
    "GW015": "an integration stands in two files",
    "GW016": "a file of another tool",
    "GW104": "unknown key",
    "GW105": "missing key",
    "GW106": "a value of another type is expected",
    "GW107": "not one of the allowed values",
    "GW108": "out of bounds",
    "GW109": "the text has another form",
    "GW110": "a unit is missing or unknown",
    "GW111": "settings that contradict each other",
    "GW113": "no such profile",
    "GW114": "keys that exclude each other",
    "GW115": "parameters and route do not fit",
    "GW116": "not an address that can be called",
    "GW117": "settled when the gateway starts",
    "GW118": "no such provider",
    "GW201": "a reference has no value",
    "GW202": "not a reference",
    "GW203": "a reference in a key",
    "GW204": "a secret in an address",
    "GW205": "a secret written out",
    "GW206": "a value that cannot stand in a path",
    "GW210": "a schema file cannot be read",
    "GW211": "a schema file that is no schema",
    "GW212": "not a valid JSON Schema",
    "GW213": "a pointer that leads nowhere",
    "GW214": "a schema that is not local",
    "GW215": "a default that does not fit its schema",
    "GW216": "a schema that is too large",
    "GW217": "an example that does not fit its schema",
    "GW218": "a word that means nothing in a JSON Schema",
    "GW220": "a document to import from cannot be read",
    "GW221": "not a document that can be imported from",
    "GW222": "no such operation",
    "GW223": "an operation that cannot be taken over",
    "GW224": "a credential that the vendor asks for is missing",
    "GW301": "an endpoint or policy that cannot work as written",
    "GW302": "two endpoints with the same route",
    "GW303": "routes that overlap",
    "GW304": "less time in total than for one attempt",
    "GW305": "answers to a write are not cached",
    "GW306": "an address that is not encrypted",
    "GW307": "a retry that never happens",
    "GW308": "an error rule that is never reached",
    "GW309": "pages that cannot be had as it says",
    "GW310": "the vault has no key",
    "GW401": "a vendor's name leads nowhere",
    "GW402": "nobody answers at a vendor's address",
    "GW403": "a vendor's certificate is not accepted",
    "GW404": "a vendor refuses the credential",
    "GW405": "a vendor or its credential was not tried",
    "GW406": "a vendor's address is not public",
}
"""Every diagnostic and what it is about, in a few words."""

WARNINGS = frozenset({"GW205", "GW218", "GW224", "GW303", "GW304", "GW305", "GW307", "GW308", "GW405"})
"""Legal, but surely not what was meant; all others are errors unless their finder says otherwise."""

_LONGEST = 400


class Place(msgspec.Struct, frozen=True, order=True):
    """Where something stands; line and column count from 1, in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong. `hidden` are (column, length) of secrets on the same line, which no excerpt shows."""

    code: str
    severity: Severity
    place: Place
    message: str
    hint: str = ""
    allowed: tuple[str, ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()


class Size(msgspec.Struct, frozen=True):
    """How much a config declares."""

    integrations: int
    endpoints: int


class InvalidConfig(Exception):
    """The config cannot serve; `problems` are all that was found, in the order of the file.

    `size` is None where the file could not be read so far.
    """

    def __init__(self, problems: Iterable[Problem], size: Size | None = None) -> None:
        self.problems = in_order(problems)
        self.size = size
        super().__init__("\n".join(map(render_concise, self.problems)))


def severity_of(code: str) -> Severity:
    return "warning" if code in WARNINGS else "error"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By place, each problem once: what is inherited may have been found many times."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.place, problem.code, problem.message)))


def render_concise(problem: Problem) -> str:
    """`FILE:LINE:COLUMN: error[GW104]: message`."""
    place = problem.place
    return f"{place.file}:{place.line}:{place.column}: {problem.severity}[{problem.code}]: {one_line(problem.message)}"


def one_line(text: str) -> str:
    """Of bounded length, whatever a key or value holds."""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
