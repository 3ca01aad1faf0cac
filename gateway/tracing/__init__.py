"""Spans of requests and of attempts, for whoever collects them (OpenTelemetry).

Nothing is made, and nothing of OpenTelemetry imported, unless the environment names a collector.
"""

from gateway.tracing.context import FIELDS, onward
from gateway.tracing.settings import origin, read
from gateway.tracing.whole import tracing

__all__ = ["FIELDS", "onward", "origin", "read", "tracing"]
