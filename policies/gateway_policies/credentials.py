"""The built-in ways to authenticate to a vendor."""

from gateway import Credential

CREDENTIALS: tuple[Credential, ...] = ()
