"""The pages of several processes become one true page."""

import msgspec
import pytest
from prometheus_client import Counter, Histogram

from gateway.telemetry import Family, Telemetry, merged, page


def process(digest: str, at: float = 1.0, *, good: bool = True) -> Telemetry:
    telemetry = Telemetry("1.0", lambda: at)
    telemetry.loaded(digest)
    if not good:
        telemetry.refused()
    return telemetry


def together(*processes: Telemetry) -> str:
    """As they reach whoever is asked: through a socket."""
    heard = [msgspec.msgpack.encode(each.families()) for each in processes]
    return page(merged(msgspec.msgpack.decode(said, type=list[Family]) for said in heard))[0].decode()


def test_a_process_that_is_alone_says_the_same_in_both_ways() -> None:
    one = process("a" * 64)

    assert together(one) == page(one.families())[0].decode()
    assert 'gateway_config_info{hash="aaaaaaaaaaaa"} 1.0' in together(one)


def test_gauges_say_what_several_processes_come_to() -> None:
    text = together(process("a" * 64, 1.0), process("a" * 64, 3.0, good=False), process("b" * 64, 2.0))

    assert "gateway_config_last_reload_successful 0.0" in text
    assert "gateway_config_last_reload_timestamp_seconds 3.0" in text
    assert 'gateway_config_info{hash="aaaaaaaaaaaa"} 1.0' in text
    assert 'gateway_config_info{hash="bbbbbbbbbbbb"} 1.0' in text
    assert text.count("# TYPE gateway_config_info gauge") == 1


def test_counters_and_histograms_are_added_up() -> None:
    processes = [process("a" * 64), process("a" * 64)]
    for number, each in enumerate(processes, 1):
        Counter("asked", "Asked", ["by"], registry=each.registry).labels("ann").inc(number)
        Histogram("took", "Took", registry=each.registry, buckets=(1, 2)).observe(number)
    text = together(*processes)

    assert 'asked_total{by="ann"} 3.0' in text
    assert 'took_bucket{le="1.0"} 1.0' in text
    assert 'took_bucket{le="2.0"} 2.0' in text
    assert "took_count 2.0" in text
    assert "took_sum 3.0" in text


def test_what_only_one_process_has_counted_is_there_too() -> None:
    one, other = process("a" * 64), process("a" * 64)
    Counter("asked", "Asked", ["by"], registry=one.registry).labels("ann").inc()
    Counter("seen", "Seen", registry=other.registry).inc(4)

    assert 'asked_total{by="ann"} 1.0' in together(one, other)
    assert "seen_total 4.0" in together(one, other)


def test_the_newest_example_of_a_number_is_kept() -> None:
    one, other = process("a" * 64), process("a" * 64)
    for each, trace in ((one, "old"), (other, "new")):
        Histogram("took", "Took", registry=each.registry, buckets=(1,)).observe(0.5, {"trace_id": trace})
    families = merged([one.families(), other.families()])
    marks = [line.mark.labels for family in families for line in family.lines if line.mark is not None]

    assert marks == [{"trace_id": "new"}]


def test_who_accepts_open_metrics_gets_it_with_the_examples() -> None:
    one = process("a" * 64)
    took = one.histogram("took", "Took", buckets=(1.0,)).child()
    took.marks[took.add(0.5)] = ("trace_id", "abc", 0.5, 2.0)

    text, media_type = page(one.families(), "application/openmetrics-text; version=1.0.0")
    plain, usual = page(one.families())

    assert 'took_bucket{le="1.0"} 1.0 # {trace_id="abc"} 0.5 2.0' in text.decode()
    assert media_type.startswith("application/openmetrics-text")
    assert b"trace_id" not in plain
    assert usual.startswith("text/plain; version=")


def test_the_same_name_is_the_same_metric_and_never_another_kind() -> None:
    one = process("a" * 64)

    assert one.counter("asked", "Asked") is one.counter("asked", "Asked")
    with pytest.raises(TypeError, match="asked is a counter already"):
        one.gauge("asked", "Asked", across="max")


def test_what_has_to_be_looked_up_is_looked_up_at_each_reading() -> None:
    one = process("a" * 64)
    depth = one.gauge("depth", "Depth", across="sum")
    one.at_scrape("depth", lambda: depth.inc(100))
    one.at_scrape("depth", depth.inc)

    one.families()
    assert b"depth 2.0" in page(one.families())[0]
