"""Reads integrations.yaml: text in, an effective Config out, or every problem at once."""

from gateway.loading.loader import Loaded, load
from gateway.loading.source import Source

__all__ = ["Loaded", "Source", "load"]
