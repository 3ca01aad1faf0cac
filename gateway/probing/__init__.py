"""What only the vendors can tell: whether they are there, prove who they are, and accept the credential."""

from gateway.probing.vendors import World, probe

__all__ = ["World", "probe"]
