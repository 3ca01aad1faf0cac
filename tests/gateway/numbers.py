"""What a process of a test has counted, by name and labels."""

import math
from collections.abc import Iterable

from gateway import Kit
from gateway.telemetry import Family, Telemetry


def families(kit: Kit) -> list[Family]:
    assert isinstance(kit.metrics, Telemetry)
    return kit.metrics.families()


def value(told: Iterable[Family], name: str, **labels: str) -> float:
    """NaN where there is no such number."""
    found = (line for family in told for line in family.lines if line.name == name)
    return next((line.value for line in found if labels.items() <= dict(line.labels).items()), math.nan)
