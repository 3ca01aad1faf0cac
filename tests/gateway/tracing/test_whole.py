"""Nothing of tracing is there unless a collector is named; then what is sampled, failed or slow is kept."""

import subprocess
import sys
import time

import msgspec
import pytest

from gateway.contract import Finished
from gateway.telemetry import Telemetry
from gateway.tracing import tracing
from gateway.tracing.exporting import MOST_WAITING
from gateway.tracing.whole import Tracing, Untraced
from tests.gateway.observing.records import finished
from tests.kit import kit

HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:secret@127.0.0.1:4318"}
COMMANDS = {
    "gateway --help": "from gateway.cli import main\nmain(['--help'])",
    "a gateway that is not traced": "import asyncio\nfrom gateway.tracing import tracing\n"
    "import gateway.world, gateway.app\ntracing({}, '1').start()",
}


@pytest.mark.parametrize("code", COMMANDS.values(), ids=COMMANDS)
def test_who_traces_nothing_imports_nothing_of_it(code: str) -> None:
    look = "import sys, atexit\natexit.register(lambda: print(sorted({m.partition('.')[0] for m in sys.modules}\n"
    look += " & {'opentelemetry', 'grpc', 'google', 'requests'})))\n"
    done = subprocess.run([sys.executable, "-c", look + code], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_without_a_collector_no_request_has_a_trace() -> None:
    nothing = tracing({}, "1.0")

    assert isinstance(nothing, Untraced)
    assert nothing.begin(()) is None
    assert (nothing.observers, nothing.asking.redis, nothing.asking.database) == ((), None, None)


def test_what_is_kept_is_counted_where_there_is_no_room_for_it() -> None:
    """One that was never started keeps what there is room for: what is counted tells what would have gone out."""
    telemetry = Telemetry("1.0", time.time)
    found = tracing({**HERE, "OTEL_TRACES_SAMPLER_ARG": "0"}, "1.0")
    assert isinstance(found, Tracing)
    around = msgspec.structs.replace(kit(), metrics=telemetry, clock=time.monotonic, now=time.time)
    observe = found.observers[0].build(around)

    def dropped() -> float:
        return telemetry.registry.get_sample_value("gateway_spans_dropped_total") or 0.0

    def told(**fields: object) -> Finished:
        return finished(trace=found.begin(()), **fields)

    observe([told(status=500) for _ in range(MOST_WAITING)])
    assert dropped() == 0
    observe([told(), told(status=404), finished(status=500)])
    assert dropped() == 0
    observe([told(status=502), told(ended=1006.0)])
    assert dropped() == 2


def test_a_request_is_over_when_it_is_told_of() -> None:
    found = tracing(HERE, "1.0")
    assert isinstance(found, Tracing)
    observe = found.observers[0].build(msgspec.structs.replace(kit(), clock=time.monotonic, now=time.time))
    trace = found.begin(())
    observe([finished(trace=trace)])

    assert trace.over
