"""A million requests: `python -m tests.mixing [requests] [seed]`; ends with 1 if any answer was somebody else's."""

import asyncio
import sys
import time

from tests.kit import run
from tests.mixing.crowd import Crowd
from tests.mixing.runs import over_memory, over_redis


def told(name: str, crowd: Crowd, seconds: float) -> int:
    counts = ", ".join(f"{what} {count:,}" for what, count in sorted(crowd.tally.items()))
    print(f"{name}: {crowd.tally.total():,} requests in {seconds:.0f} s: {counts}; vendor {crowd.vendor.asked:,}")
    for asked, answered in crowd.wrong[:10]:
        print(f"  wrong: asked {asked!r}, was answered {answered!r}")
    return len(crowd.wrong)


def main() -> int:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10_000
    print(f"seed {seed}")
    began = time.monotonic()
    wrong = told("memory", run(over_memory(requests // 2, seed)), time.monotonic() - began)
    began = time.monotonic()
    wrong += told("redis", asyncio.run(over_redis(requests // 2, seed)), time.monotonic() - began)
    print("no answer reached the wrong caller" if not wrong else f"{wrong} answers reached the wrong caller")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
