"""What is told of requests once they have their answers."""

from gateway.observing.core import Observing

__all__ = ["Observing"]
