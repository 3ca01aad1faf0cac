"""What this package offers beside credentials: pages, for users, callers and operators, and the delivery of events."""

from gateway_oauth.connections import connection_pages
from gateway_oauth.dealing import DEALINGS
from gateway_oauth.events import EVENTS
from gateway_oauth.operators import operator_pages
from gateway_oauth.pages import flow_pages

PAGES = (*flow_pages(DEALINGS), *connection_pages(DEALINGS), *operator_pages(DEALINGS))
LIFESPANS = (EVENTS,)
