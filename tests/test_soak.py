"""The soak runs, and sees what it is there to see: a leak, somebody else's answer, a thing done twice."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.soak.asking import Ask
from benchmarks.soak.callers import Answer, Tally
from benchmarks.soak.watching import Sample, trends
from tests.running import ROOT

REQUESTS = 3_000
WATCHED = ("memory", "descriptors", "threads", "redis", "answers", "fetches")
ASK = Ask(
    name="note",
    wire=b"",
    own=frozenset({b"mark-1-ab", b"page-2", b"asked-3"}),
    echoed=frozenset({b"mark-1-ab", b"page-2"}),
)


def test_the_quick_soak_tells_what_came_of_each_request_and_no_answer_is_anothers() -> None:
    command = [
        "-m",
        "benchmarks.soak",
        "--requests",
        str(REQUESTS),
        "--pause",
        "0.3",
        "--callers",
        "1",
        "--slack",
        "10",
    ]
    done = subprocess.run(
        [sys.executable, *command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )

    report: dict[str, Any] = json.loads(done.stdout)
    outcomes: dict[str, int] = report["outcomes"]
    assert (done.returncode, report["wrong"], report["unforeseen"]) == (0, [], []), done.stderr
    assert sum(outcomes.values()) == REQUESTS
    assert {"200", "200 from the cache", "200 replayed", "401 unauthenticated", "left early"} <= set(outcomes)
    assert report["operator"]["config reloaded (as it says)"] > 0
    assert {"good", "slow", "500"} <= set(report["vendor"])
    assert [trend["measure"] for trend in report["trends"]] == list(WATCHED)


def soaked(**growing: float) -> list[Sample]:
    """A million requests, after each 10,000 of which there is so much more of something, beside much noise."""
    held = dict.fromkeys(WATCHED, 100.0)
    return [
        Sample(
            requests=number * 10_000,
            seconds=number,
            **{name: int(value + growing.get(name, 0) * number + number % 5) for name, value in held.items()},
        )
        for number in range(100)
    ]


def test_what_grows_little_by_little_is_not_flat() -> None:
    for measure, a_little in {"memory": 0.2, "descriptors": 0.5, "threads": 0.2, "redis": 30, "fetches": 1.5}.items():
        grown = [trend.measure for trend in trends(soaked(**{measure: a_little})) if not trend.flat]
        assert grown == [measure]


def test_what_goes_up_and_down_is_flat() -> None:
    assert all(trend.flat for trend in trends(soaked()))


def looked_at(body: bytes, status: int = 200, head: bytes = b"HTTP/1.1 200 ok\r\n\r\n") -> list[str]:
    tally = Tally(1)
    tally.look(ASK, Answer(status, head, body))
    return tally.wrong


def test_an_answer_with_its_callers_own_marks_is_right() -> None:
    assert looked_at(b'{"mark": "mark-1-ab", "page": "page-2"}', head=b"x-correlation-id: asked-3") == []


def test_anothers_mark_is_found_wherever_it_stands() -> None:
    wrong = "note: 200 holds of others {}, lacks of its own {}"
    assert looked_at(b'{"mark": "mark-2-cd", "page": "page-2"}') == [wrong.format("mark-2-cd", "mark-1-ab")]
    assert looked_at(b'{"mark": "mark-1-ab", "page": "page-7"}') == [wrong.format("page-7", "page-2")]
    assert looked_at(b'{"mark": "mark-1-ab"}') == [wrong.format("nothing", "page-2")]
    wrong = "note: 502 holds of others {}, lacks of its own nothing"
    assert looked_at(b"", 502, b"x-correlation-id: asked-4") == [wrong.format("asked-4")]
    assert looked_at(b"", 502, b"set-cookie: vendor=mark-of-nobody") == [wrong.format("mark-of-nobody")]
