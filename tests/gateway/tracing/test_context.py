"""What strangers write about traces is read strictly, and what is written for vendors is sound."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies

from gateway.contract import Trace
from gateway.tracing.context import MOST_STATE, Given, given, onward

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01".encode()


def read(*fields: tuple[str, str]) -> Given | None:
    return given(tuple((name.encode(), value.encode("latin-1")) for name, value in fields))


def state_of(*states: str) -> bytes:
    found = read(("traceparent", GOOD.decode()), *[("tracestate", state) for state in states])
    assert found is not None
    return found.state


def test_a_place_in_a_trace_is_read() -> None:
    assert read(("traceparent", GOOD.decode())) == Given(int(TRACE, 16), int(SPAN, 16), sampled=True)
    assert read(("traceparent", f" 00-{TRACE}-{SPAN}-00\t")) == Given(int(TRACE, 16), int(SPAN, 16), sampled=False)


def test_of_the_flags_only_the_one_that_is_known_counts() -> None:
    for flags, sampled in (("02", False), ("03", True), ("fe", False), ("ff", True)):
        found = read(("traceparent", f"00-{TRACE}-{SPAN}-{flags}"))
        assert found is not None
        assert found.sampled is sampled


def test_a_later_version_may_say_more_behind_what_is_known() -> None:
    for written in (f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-is-this"):
        assert read(("traceparent", written)) == Given(int(TRACE, 16), int(SPAN, 16), sampled=True)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01-",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}0-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-0x",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"cc-{TRACE}-{SPAN}-01-" + "a" * 5000,
        f"00-{TRACE}-{SPAN}-\u00b2\u00b2",
    ],
)
def test_what_is_not_written_as_the_standard_says_is_not_there(written: str) -> None:
    assert read(("traceparent", written)) is None


def test_two_places_are_none() -> None:
    assert read(("traceparent", GOOD.decode()), ("traceparent", GOOD.decode())) is None


def test_other_tracers_words_are_kept_as_they_came() -> None:
    assert state_of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE") == b"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
    assert state_of("a=1 , b=2", "\tc@d=3") == b"a=1,b=2,c@d=3"


@pytest.mark.parametrize(
    "states",
    [("a",), ("A=1",), ("a=",), ("=1",), ("a=1,a=2",), ("a=1", "a=2"), ("a=b=c",), ("a=\xe9",), ("a@b@c=1",),
     (",".join(f"k{n}=v" for n in range(33)),), ("a=" + "x" * 257,), ("a=" + "x" * 5000,), ("a=x\x00",)],
)  # fmt: skip
def test_one_wrong_word_of_other_tracers_and_none_of_them_goes_on(states: tuple[str, ...]) -> None:
    assert state_of(*states) == b""


def test_of_too_many_words_the_first_go_on_each_of_them_whole() -> None:
    members = [f"k{number}=" + "v" * 100 for number in range(10)]
    kept = state_of(",".join(members))

    assert len(kept) <= MOST_STATE
    assert kept.decode().split(",") == members[:4]


@drawn(strategies.binary(max_size=80), strategies.binary(max_size=80))
def test_nothing_that_a_stranger_sends_is_a_failure(parent: bytes, state: bytes) -> None:
    assert given(((b"traceparent", parent), (b"tracestate", state))) is None
    found = given(((b"traceparent", GOOD), (b"tracestate", state)))
    assert found is not None
    assert len(found.state) <= MOST_STATE


def test_each_attempt_has_an_id_of_its_own_which_the_vendor_is_told() -> None:
    trace = Trace(int(TRACE, 16), int(SPAN, 16), 0, b"a=1", sampled=True)
    attempts = [onward(trace) for _ in range(3)]

    assert len({span for span, _ in attempts} | {trace.span}) == 4
    for span, fields in attempts:
        assert fields == ((b"traceparent", f"00-{TRACE}-{span:016x}-01".encode()), (b"tracestate", b"a=1"))


def test_small_ids_are_written_in_full_and_an_unsampled_trace_says_so() -> None:
    _, fields = onward(Trace(1, 2, 0, b"", sampled=False))

    assert fields == ((b"traceparent", b"00-" + b"1".zfill(32) + b"-" + b"3".zfill(16) + b"-00"),)
