"""The values that integrations.yaml writes with a unit, and how their text is read."""

import re
from typing import Any, ClassVar

JsonSchema = dict[str, Any]
"""A JSON Schema (2020-12) as it stands in YAML: its keys are the vendor's affair, not ours."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+)(B|KiB|MiB|GiB)", re.ASCII)
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)


class Duration(float):
    """Seconds, written `250ms`, `10s`, `5m`, `1h`, `30d`."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^\d+(\.\d+)?(ms|s|m|h|d)$",
        "patternErrorMessage": "expected a duration with a unit, such as `10s`",
    }

    @classmethod
    def parse(cls, text: object) -> "Duration":
        found = _DURATION.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"expected a duration with a unit, such as `10s`, got {_shown(text)}")
        return cls(float(found[1]) * _SECONDS[found[2]])


class Size(int):
    """Bytes, written `512B`, `64KiB`, `10MiB`."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^\d+(B|KiB|MiB|GiB)$",
        "patternErrorMessage": "expected a size with a unit, such as `10MiB`",
    }

    @classmethod
    def parse(cls, text: object) -> "Size":
        found = _SIZE.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"expected a size with a unit, such as `10MiB`, got {_shown(text)}")
        return cls(int(found[1]) * _BYTES[found[2]])


class Percentage(float):
    """A share, written `20%`, held as 0.2."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^\d+(\.\d+)?%$",
        "patternErrorMessage": "expected a percentage, such as `20%`",
    }

    @classmethod
    def parse(cls, text: object) -> "Percentage":
        found = _PERCENTAGE.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"expected a percentage, such as `20%`, got {_shown(text)}")
        return cls(float(found[1]) / 100)


class Secret(str):
    """A text that no log, page or message may show; its repr does not."""

    __slots__ = ()
    schema: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def parse(cls, text: object) -> "Secret":
        if not isinstance(text, str):
            raise ValueError(f"expected a text, got {_shown(text)}")  # noqa: TRY004
        return cls(text)

    def __repr__(self) -> str:
        return "<secret>"


UNITS = (Duration, Size, Percentage, Secret)


def read_unit(kind: type, value: object) -> Any:
    """The `dec_hook` of msgspec for every type above."""
    if kind in UNITS:
        return kind.parse(value)
    raise NotImplementedError(kind)


def unit_schema(kind: type) -> dict[str, Any]:
    """The `schema_hook` of msgspec for every type above."""
    if kind in UNITS:
        return dict(kind.schema)
    raise NotImplementedError(kind)


_UNITS_OF_TIME = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
_UNITS_OF_SIZE = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024), ("B", 1))


def written(value: Any) -> Any:
    """A plain value; one with a unit is written in the largest unit that needs no fraction: `90s`, `1d`, `20%`."""
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, Percentage):
        return f"{value * 100:.10g}%"
    if isinstance(value, Size):
        return next(f"{value // size}{unit}" for unit, size in _UNITS_OF_SIZE if value % size == 0)
    return str(value) if isinstance(value, str) else value


def _duration(value: Duration) -> str:
    milliseconds = round(value * 1000, 6)
    if milliseconds == 0:
        return "0s"
    for unit, length in _UNITS_OF_TIME:
        if milliseconds % length == 0:
            return f"{milliseconds / length:.0f}{unit}"
    return f"{milliseconds:.10g}ms"


def _shown(value: object) -> str:
    return "nothing" if value is None else f"`{value}`"
