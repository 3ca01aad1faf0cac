"""What this package offers beside credentials: pages, the delivery of events, an end in order."""

from gateway_oauth.connections import connection_pages
from gateway_oauth.dealing import DEALINGS
from gateway_oauth.events import EVENTS
from gateway_oauth.finishing import FINISHING
from gateway_oauth.numbers import NUMBERS
from gateway_oauth.operators import operator_pages
from gateway_oauth.pages import flow_pages

PAGES = (*flow_pages(DEALINGS), *connection_pages(DEALINGS), *operator_pages(DEALINGS))
LIFESPANS = (EVENTS, FINISHING, NUMBERS)
