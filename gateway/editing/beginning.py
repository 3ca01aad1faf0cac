"""How a new config begins."""

from pathlib import Path

_INTEGRATIONS = "\nintegrations:\n"


def example() -> str:
    """With an integration that answers at once."""
    return Path(__file__).with_name("first.yaml").read_text(encoding="utf-8")


def beginning() -> str:
    """Everything but the integrations."""
    return example().partition(_INTEGRATIONS)[0] + _INTEGRATIONS
