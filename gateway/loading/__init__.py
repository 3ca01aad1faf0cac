"""Reads integrations.yaml: text in, an effective Config out, or every problem at once."""

from gateway.loading.loader import Loaded, load
from gateway.loading.resting import collector_resting
from gateway.loading.source import Source

__all__ = ["Loaded", "Source", "collector_resting", "load"]
