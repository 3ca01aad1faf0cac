"""What is written by hand reads as what OpenTelemetry's own encoder writes."""

from hypothesis import given
from hypothesis import strategies as any_of
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, TraceState

from gateway.tracing import wire
from gateway.tracing.telling import Value

TEXTS = any_of.text(any_of.characters(exclude_categories=["Cs"]), max_size=300)
NUMBERS = any_of.integers(-(2**63), 2**63 - 1)
VALUES = any_of.one_of(TEXTS, any_of.booleans(), NUMBERS, any_of.floats(allow_nan=False))
DETAILS = any_of.dictionaries(any_of.sampled_from(["gateway.a", "gateway.b", "é"]), VALUES, max_size=3)
TIMES = any_of.integers(0, 2**63)
IDS = any_of.integers(1, 2**64 - 1)


def theirs(span: ReadableSpan) -> Span:
    encoded: Span = encode_spans([span]).resource_spans[0].scope_spans[0].spans[0]
    return encoded


@given(IDS, IDS, any_of.one_of(any_of.just(0), IDS), any_of.booleans(), TIMES, TIMES)
def test_ids_times_and_place(trace: int, span: int, parent: int, remote: bool, began: int, ended: int) -> None:
    state = [("vendor", "one"), ("other", "two")]
    context = SpanContext(trace, span, is_remote=False, trace_state=TraceState(state))
    above = SpanContext(trace, parent, is_remote=remote) if parent else None
    own = wire.head(
        trace, span, (began, ended), parent=parent, remote=remote and parent > 0, state=b"vendor=one,other=two"
    )
    other = theirs(ReadableSpan("", context, above, start_time=began, end_time=ended, kind=SpanKind.CLIENT))
    other.ClearField("kind")
    other.ClearField("status")

    assert Span.FromString(own) == other


@given(DETAILS, any_of.lists(any_of.tuples(TEXTS, TIMES, DETAILS), max_size=3))
def test_attributes_and_events(attributes: dict[str, Value], events: list[tuple[str, int, dict[str, Value]]]) -> None:
    own = b"".join([wire.attribute(key, value) for key, value in attributes.items()])
    own += b"".join([wire.event(name, at, details.items()) for name, at, details in events])
    told = [Event(name, details, at) for name, at, details in events]
    other = theirs(ReadableSpan("", SpanContext(1, 1, is_remote=False), attributes=attributes, events=told))

    read = Span.FromString(own)
    assert list(read.attributes) == list(other.attributes)
    assert list(read.events) == list(other.events)


def test_equal_values_of_different_kinds_stay_of_their_kinds() -> None:
    """One, true and 1.0 are equal, so whatever keeps what it has written before has to look twice."""
    written = [wire.event("e", 1, [("gateway.a", value)]) for value in (1, True, 1.0)]
    kinds = [Span.FromString(one).events[0].attributes[0].value.WhichOneof("value") for one in written]

    assert kinds == ["int_value", "bool_value", "double_value"]


def test_text_that_is_none_is_told_as_far_as_it_is_one() -> None:
    read = Span.FromString(wire.attribute("gateway.a", "a\ud800b"))

    assert read.attributes[0].value.string_value == "a?b"
