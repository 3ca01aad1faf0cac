"""All five on loopback ports until a signal: prints what a gateway needs in its environment, a NAME=value a line."""

from __future__ import annotations

import argparse
import asyncio
import signal
from contextlib import AsyncExitStack

from tests.simulators import google_errors, microsoft_errors, twilio_seed, vapi
from tests.simulators.gmail import Gmail
from tests.simulators.google import GoogleCalendar
from tests.simulators.microsoft import Microsoft
from tests.simulators.server import serve
from tests.simulators.simulator import Simulator
from tests.simulators.twilio import Twilio
from tests.simulators.vapi import Vapi

CREDENTIALS = {
    "VAPI_API_KEY": vapi.API_KEY,
    "VAPI_ASSISTANT_ID": vapi.ASSISTANT_ID,
    "TWILIO_ACCOUNT_SID": twilio_seed.ACCOUNT_SID,
    "TWILIO_API_KEY": twilio_seed.API_KEY,
    "TWILIO_API_SECRET": twilio_seed.API_SECRET,
    "GOOGLE_ACCESS_TOKEN": google_errors.ACCESS_TOKEN,
    "MICROSOFT_ACCESS_TOKEN": microsoft_errors.ACCESS_TOKEN,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("--port-base", type=int, default=0, help="first of five ports in a row; free ports if left out")
    asyncio.run(_run(parser.parse_args().port_base))


async def _run(port_base: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    simulators: tuple[Simulator, ...] = (Vapi(), Twilio(), GoogleCalendar(), Gmail(), Microsoft())
    async with AsyncExitStack() as running:
        for offset, simulator in enumerate(simulators):
            url = await running.enter_async_context(serve(simulator, port_base + offset if port_base else 0))
            print(f"{simulator.name.upper().replace('-', '_')}_BASE_URL={url}")
        # The last line comes when everything listens: a reader that has seen it may start.
        print("\n".join(f"{name}={value}" for name, value in CREDENTIALS.items()), flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
