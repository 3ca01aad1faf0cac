"""A trace begins or goes on, and whether it is recorded is decided by its id."""

from gateway.contract import Headers
from gateway.tracing.sampling import Sampler, Traced

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def headers(flags: str, trace: str = TRACE) -> Headers:
    return ((b"accept", b"*/*"), (b"traceparent", f"00-{trace}-{SPAN}-{flags}".encode()), (b"tracestate", b"a=1"))


def test_a_request_without_a_trace_begins_one() -> None:
    sampler = Sampler(1.0, follows=True)
    one, other = sampler.begin(()), sampler.begin(((b"accept", b"*/*"),))

    assert one.parent == 0
    assert one.state == b""
    assert len({one.trace, other.trace}) == len({one.span, other.span}) == 2


def test_a_request_with_a_trace_goes_on_with_it_under_an_id_of_its_own() -> None:
    trace = Sampler(0.0, follows=True).begin(headers("01"))

    assert (trace.trace, trace.parent, trace.state) == (int(TRACE, 16), int(SPAN, 16), b"a=1")
    assert trace.span != trace.parent


def test_what_nobody_can_read_begins_anew() -> None:
    trace = Sampler(0.0, follows=True).begin(headers("zz"))

    assert (trace.parent, trace.state, trace.sampled) == (0, b"", False)


def test_callers_decide_for_their_own_traces_where_the_sampler_follows() -> None:
    assert Sampler(0.0, follows=True).begin(headers("01")).sampled
    assert not Sampler(1.0, follows=True).begin(headers("00")).sampled
    assert not Sampler(0.0, follows=False).begin(headers("01")).sampled
    assert Sampler(1.0, follows=False).begin(headers("00")).sampled


def test_so_many_traces_are_sampled_as_the_ratio_says() -> None:
    for ratio, least, most in ((0.0, 0, 0), (0.1, 1600, 2400), (1.0, 20_000, 20_000)):
        sampler = Sampler(ratio, follows=True)
        assert least <= sum(sampler.begin(()).sampled for _ in range(20_000)) <= most


def test_every_process_decides_alike_by_the_lower_half_of_the_id() -> None:
    low, high = "f" * 16 + "0" * 15 + "1", "0" * 15 + "1" + "f" * 16

    assert Sampler(0.001, follows=False).begin(headers("00", low)).sampled
    assert not Sampler(0.999, follows=False).begin(headers("01", high)).sampled


def test_the_trace_of_a_task_is_kept_only_where_somebody_asks_for_it() -> None:
    sampler = Sampler(1.0, follows=True)
    sampler.begin(())
    assert sampler.current.get() is None

    sampler.asks = True
    trace = sampler.begin(())
    found: Traced | None = sampler.current.get()
    assert found is trace
