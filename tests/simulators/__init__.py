"""The vendors, played over real sockets: each keeps state, checks its credential and can be told to misbehave.

sim = Vapi()
async with serve(sim) as base_url:            # or: with serve_in_thread(sim) as base_url
    sim.script.next("POST /call", status=503, headers={"Retry-After": "2"})
    ...
    assert len(sim.received.to("POST /call")) == 1
"""

from tests.simulators.google import Gmail, GoogleCalendar
from tests.simulators.microsoft import Microsoft
from tests.simulators.script import Fault, Script
from tests.simulators.server import serve, serve_in_thread
from tests.simulators.simulator import Simulator
from tests.simulators.twilio import Twilio
from tests.simulators.vapi import Vapi
from tests.simulators.wire import Answer, Request

__all__ = [
    "Answer",
    "Fault",
    "Gmail",
    "GoogleCalendar",
    "Microsoft",
    "Request",
    "Script",
    "Simulator",
    "Twilio",
    "Vapi",
    "serve",
    "serve_in_thread",
]
