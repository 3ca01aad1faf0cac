"""Each event that a stage notes has a sentence."""

import re
from pathlib import Path

from gateway.contract import Event
from gateway.explaining.events import SENTENCES, sentence, silent, told

ROOT = Path(__file__).parents[3]
NOTED = re.compile(r"""(?:\.note\(|Event\([^"]*)\s*"([a-z_]+\.[a-z_]+)"|["'](breaker\.[a-z_]+|cache\.[a-z_]+)["']""")


def noted() -> set[str]:
    """What operators do on pages stands in the audit trail, and is no event of a request."""
    rooms = ("gateway/upstream", "gateway/callers", "gateway/web", "policies", "plugins")
    found = (file for room in rooms for file in (ROOT / room).rglob("*.py"))
    files = [file for file in found if not file.stem.endswith("_pages")]
    names = (NOTED.findall(path.read_text(encoding="utf-8")) for path in files)
    return {first or second for some in names for first, second in some}


def test_every_event_that_is_noted_has_a_sentence_and_no_other_has() -> None:
    assert noted() == SENTENCES.keys()


def test_a_sentence_has_the_details_in_a_readers_units() -> None:
    detail = {"delay": 0.84, "reason": "503", "attempt": 2, "of": 3, "method": "GET"}

    told = sentence(Event(0.0, "retry.scheduled", detail))

    assert told == "retry 2 of 3 follows in 840ms because of status 503: GET may be repeated"


def test_an_event_of_somebody_elses_policy_is_told_by_its_name() -> None:
    assert sentence(Event(0.0, "audit.kept", {"rows": 3})) == "audit.kept rows=3"
    assert sentence(Event(0.0, "cache.hit", {"other": 3})) == "cache.hit other=3"


def test_lines_begin_with_the_time_and_the_stage() -> None:
    (line,) = told([Event(10.5, "attempt.sent", {"attempt": 1})], 10.0)

    assert line.split() == ["500.0", "ms", "send", "attempt", "1", "goes", "to", "the", "vendor"]


def test_stages_that_noted_nothing_are_listed() -> None:
    assert silent([Event(0.0, "throttle.waited", {})], ["validate", "rate_limit"]) == ["validate"]
    assert silent([Event(0.0, "cache.hit", {"ttl": 3})], ["http_cache", "retry"]) == ["retry"]
