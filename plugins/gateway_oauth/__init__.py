"""Users' grants at OAuth providers: given in a browser, kept sealed, renewed in time, taken back.

A plugin like any other: it imports the public contract and is found through its entry points.
"""

from gateway_oauth.credentials import CREDENTIALS
from gateway_oauth.offers import LIFESPANS, PAGES

__all__ = ["CREDENTIALS", "LIFESPANS", "PAGES"]
