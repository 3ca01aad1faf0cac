"""What a config comes to, for people: everything inherited filled in, where each value stands, no secret in it."""

from gateway.rendering.resolving import Rendered, resolved
from gateway.rendering.writing import as_yaml

__all__ = ["Rendered", "as_yaml", "resolved"]
