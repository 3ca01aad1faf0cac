"""A stub answers in the vendor's place: as declared, as exemplified, or badly where a scenario asks for that."""

from typing import Any

import jmespath
import jsonschema_rs
import pytest

from gateway import Answer, Reply, ReplyMapping, Trail
from gateway.errors import InvalidRequest, UpstreamReset
from gateway_policies import stub
from tests.kit import call, clock, kit, pipeline, run, site
from tests.policies.crm import ADA, CONTACT, value_of, vendor


def replies(
    settings: Any, *, headers: tuple[tuple[bytes, bytes], ...] = (), **fields: Any
) -> tuple[Reply, Trail, float]:
    """What one call is answered, what is noted, and how many seconds it takes."""

    async def main() -> tuple[Reply, Trail, float]:
        fields.setdefault("answers", (Answer(status=200, schema=CONTACT),))
        one = call(headers=headers)
        began = clock()
        reply = await pipeline(stub.policy, settings, vendor, at=site(**fields))(one)
        return reply, one.trail, clock() - began

    return run(main())


def test_without_a_stub_there_is_no_stage() -> None:
    assert stub.build(False, site(), kit()) == {}


def test_the_example_is_the_answer() -> None:
    reply, _, _ = replies(True, examples={"reply": ADA})

    assert reply.status == 200
    assert reply.headers == ((b"content-type", b"application/json"),)
    assert value_of(reply) == ADA


def test_without_an_example_the_answer_satisfies_the_schema() -> None:
    reply, _, _ = replies(True)

    jsonschema_rs.validate(CONTACT, value_of(reply), validate_formats=True)


def test_the_status_is_the_first_declared_success() -> None:
    declared = (Answer(status=404), Answer(status=202), Answer(status=200, schema=CONTACT))

    reply, _, _ = replies(True, answers=declared)

    assert (reply.status, reply.headers, reply.body) == (202, (), b"")


def test_an_endpoint_that_declares_no_answer_answers_with_json() -> None:
    reply, _, _ = replies(True, answers=())

    assert reply.status == 200
    assert value_of(reply) is not None


def test_another_media_type_gets_some_bytes_of_it() -> None:
    reply, _, _ = replies(True, answers=(Answer(status=206, type="audio/mpeg"),))

    assert (reply.status, reply.headers) == (206, ((b"content-type", b"audio/mpeg"),))
    assert reply.body


def test_another_media_type_has_its_example() -> None:
    reply, _, _ = replies(True, answers=(Answer(status=200, type="text/plain"),), examples={"reply": "Grüße"})

    assert reply.body == "Grüße".encode()


def test_an_attempt_is_counted_as_if_it_had_been_sent() -> None:
    _, trail, _ = replies(True)

    assert [event.name for event in trail.events] == ["attempt.sent", "attempt.answered", "stub.answered"]


@pytest.mark.parametrize(("scenario", "status"), [("error", 500), ("rate_limited", 429), ("invalid_grant", 401)])
def test_a_scenario_is_a_vendors_refusal(scenario: str, status: int) -> None:
    reply, trail, _ = replies(scenario)

    assert reply.status == status
    assert trail.events[-1].detail == {"status": status, "scenario": scenario}


def test_a_busy_vendor_says_when_to_come_back() -> None:
    reply, _, _ = replies("rate_limited")

    assert reply.header(b"retry-after") == b"1"


def test_a_slow_vendor_answers_in_the_end() -> None:
    reply, _, took = replies("slow", examples={"reply": ADA})

    assert value_of(reply) == ADA
    assert took == pytest.approx(stub.SLOW)


def test_a_vendor_that_breaks_off_has_no_answer() -> None:
    with pytest.raises(UpstreamReset):
        replies("reset")


def test_a_request_picks_its_own_scenario() -> None:
    reply, _, _ = replies(True, headers=((b"gateway-stub-scenario", b"error"),))

    assert reply.status == 500


def test_a_scenario_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        replies(True, headers=((b"gateway-stub-scenario", b"sleepy"),))
    assert "invalid_grant" in caught.value.violations[0].detail


def test_a_schema_that_nothing_satisfies_asks_for_an_example() -> None:
    with pytest.raises(ValueError, match=r"crm\.list_contacts has nothing to answer: .* give an example"):
        stub.build(True, site(answers=(Answer(status=200, schema={"type": "string", "pattern": "^(?=b)a$"}),)), kit())


def test_an_example_that_breaks_the_schema_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the example `reply` of crm\.list_contacts"):
        stub.build(True, site(answers=(Answer(status=200, schema=CONTACT),), examples={"reply": {"id": 1}}), kit())


@pytest.mark.parametrize("select", ["data", "data.things", 'data."the-things"', "data[]", "data.items[*]"])
def test_what_is_selected_above_is_the_example(select: str) -> None:
    people = {"type": "array", "items": CONTACT}
    mapping = ReplyMapping(select=select)

    reply, _, _ = replies(True, answers=(Answer(status=200, schema=people),), reply=mapping, examples={"reply": [ADA]})

    assert jmespath.search(select, value_of(reply)) == [ADA]


def test_what_is_renamed_above_has_the_vendors_names() -> None:
    reply, _, _ = replies(True, reply=ReplyMapping(rename={"FullName": "name"}), examples={"reply": ADA})

    assert value_of(reply) == {"id": ADA["id"], "FullName": "Ada"}


def test_what_is_renamed_above_has_the_vendors_names_in_lists_too() -> None:
    people = Answer(status=200, schema={"type": "array", "items": CONTACT})
    mapping = ReplyMapping(rename={"FullName": "name"}, select="data")

    reply, _, _ = replies(True, answers=(people,), reply=mapping, examples={"reply": [ADA]})

    assert value_of(reply) == {"data": [{"id": ADA["id"], "FullName": "Ada"}]}


def test_a_selection_that_cannot_be_turned_round_leaves_the_example_to_the_vendor() -> None:
    mapping = ReplyMapping(select="{id: id, name: join(' ', [name])}")

    reply, _, _ = replies(True, reply=mapping, examples={"reply": ADA})

    assert value_of(reply) == ADA
