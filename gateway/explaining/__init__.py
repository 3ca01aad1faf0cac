"""What an endpoint does with a request, and what was done with one, told to people."""

from gateway.explaining.endpoint import Explained, Origin, StageTold, Value, explained
from gateway.explaining.text import lines

__all__ = ["Explained", "Origin", "StageTold", "Value", "explained", "lines"]
