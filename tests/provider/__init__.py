"""npm's oidc-provider as a server for tests, and a scripted browser that signs in there."""

from tests.provider.browser import Browser
from tests.provider.running import OidcProvider, Seen, oidc_provider

__all__ = ["Browser", "OidcProvider", "Seen", "oidc_provider"]
