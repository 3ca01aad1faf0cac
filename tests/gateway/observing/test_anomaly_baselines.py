"""What is unusual is found within two minutes, and what is usual alarms nobody, on days as they are."""

import pytest

from gateway.observing.anomaly_baselines import LOOKED_AT, SIGNALS, SPAN, Baseline, Span
from tests.gateway.observing.days import DAY, SIGNAL_OF, Wrong, alarms, spans

NIGHT, NOON, EVENING = 2 * 3600, 13 * 3600, 19 * 3600
FOUND = 120.0


@pytest.mark.parametrize("wrong", SIGNAL_OF)
@pytest.mark.parametrize(("seed", "rate", "when"), [(1, 5, NOON), (2, 10, EVENING), (4, 20, NIGHT)])
def test_what_goes_wrong_is_found_within_two_minutes(seed: int, rate: float, when: float, wrong: Wrong) -> None:
    began = when + DAY if seed == 2 else when
    series = spans(seed, rate, began / DAY + 0.01, (began, wrong))
    found = [(at - began, signal) for at, signal in alarms(series)]

    assert [signal for _, signal in found] == [SIGNAL_OF[wrong]]
    assert found[0][0] <= FOUND


@pytest.mark.parametrize("rate", [0.02, 0.3, 1, 4])
def test_usual_days_alarm_less_than_once_a_day(rate: float) -> None:
    days, seeds = 2.5, range(4)
    found = [alarm for seed in seeds for alarm in alarms(spans(seed, rate, days), restarts=(1.4 * DAY,))]

    assert len(found) / (days * len(seeds)) < 0.25


def steady(
    baseline: Baseline, spans: int, *, requests: int = 100, failed: int = 0, log: float = -1.0
) -> dict[str, float]:
    """The scores after so many spans that are all alike."""
    scores = (0.0, 0.0, 0.0)
    for number in range(spans):
        span = Span(requests, failed, requests, requests * log, requests * (log * log + 0.1))
        scores = baseline.tell(span, number * SPAN)
    return dict(zip(SIGNALS, scores, strict=True))


def test_at_first_nothing_is_unusual() -> None:
    baseline = Baseline()
    steady(baseline, 10)

    assert set(steady(baseline, 4, requests=1000, failed=1000, log=2).values()) == {0}


def test_each_signal_has_a_score_of_its_own() -> None:
    for words, signal in (({"failed": 60}, "errors"), ({"log": 0.5}, "latency"), ({"requests": 0}, "volume")):
        baseline = Baseline()
        steady(baseline, 200)
        scores = steady(baseline, LOOKED_AT, **words)

        assert {name for name, score in scores.items() if score > 6} == {signal}


def test_faster_answers_and_fewer_errors_are_no_anomaly() -> None:
    baseline = Baseline()
    steady(baseline, 200, failed=30)

    assert max(steady(baseline, LOOKED_AT, log=-3).values()) < 1


def test_what_lasts_becomes_usual_and_not_at_once() -> None:
    baseline = Baseline()
    steady(baseline, 400)
    scores = [steady(baseline, spans, failed=20)["errors"] for spans in (4, 160, 1_000)]

    assert scores[0] > 6
    assert scores[1] > 6, "forty minutes do not make it usual"
    assert scores[2] < 6


def test_an_endpoint_that_is_never_off_by_a_hair_may_be_off_by_one() -> None:
    baseline = Baseline()
    for number in range(200):
        baseline.tell(Span(1000, 0, 1000, -1000.0, 1000.0), number * SPAN)
    scores = [baseline.tell(Span(1000, 0, 1000, -900.0, 810.0), number * SPAN)[0] for number in range(200, 204)]

    assert max(scores) < 6


def test_a_time_of_day_that_is_always_busy_is_usual() -> None:
    """Each noon four times as much: on the first day it is unusual, later not."""

    def day(baseline: Baseline) -> float:
        highest = 0.0
        for number in range(int(DAY / SPAN)):
            busy = 0.5 <= number * SPAN / DAY < 0.75
            requests = 400 if busy else 100
            scores = baseline.tell(Span(requests, 0, requests, 0.0, 0.1 * requests), number * SPAN)
            highest = max(highest, scores[SIGNALS.index("volume")])
        return highest

    baseline = Baseline()

    assert day(baseline) > 6
    assert day(baseline) < 6
