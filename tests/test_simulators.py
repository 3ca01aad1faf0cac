"""The simulators answer as the vendors do, over real sockets; what the policies are tested against is tested here."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators import (
    Gmail,
    GoogleCalendar,
    Microsoft,
    Request,
    Simulator,
    Twilio,
    Vapi,
    google,
    microsoft,
    serve,
    serve_in_thread,
    twilio,
    vapi,
)
from tests.simulators.cases import (
    CALL,
    CASES,
    DIAL,
    DOCUMENTS,
    EVENTS,
    MAIL,
    PLACE,
    ROOT,
    SMS,
    SPAN,
    WINDOW,
    WORKDAY,
    Case,
    letter,
)
from tests.simulators.contract import complaints

REPOSITORY = Path(__file__).parents[1]
SPECS = REPOSITORY.parent / "shared" / "specs"
ALL: tuple[Callable[[], Simulator], ...] = (Vapi, Twilio, GoogleCalendar, Gmail, Microsoft)
BEARER = {"vapi": vapi.API_KEY, "microsoft": microsoft.ACCESS_TOKEN}
BEARER |= {"google-calendar": google.ACCESS_TOKEN, "gmail": google.ACCESS_TOKEN}
SOMETHING = {"vapi": "/assistant", "twilio": f"{ROOT}/Balance.json", "microsoft": "/me"}
SOMETHING |= {"google-calendar": "/users/me/calendarList", "gmail": "/users/me/profile"}


@contextmanager
def client(simulator: Simulator, **options: Any) -> Iterator[httpx.Client]:  # Any: the words of httpx.Client
    """A client of this simulator with the right credential, unless told otherwise."""
    if simulator.name == "twilio":
        options.setdefault("auth", (twilio.API_KEY, twilio.API_SECRET))
    else:
        options.setdefault("headers", {"Authorization": f"Bearer {BEARER[simulator.name]}"})
    with serve_in_thread(simulator) as url, httpx.Client(base_url=url, trust_env=False, timeout=10, **options) as http:
        yield http


def reason(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["errors"][0]["reason"])


# --- every vendor ---


@pytest.mark.parametrize("vendor", ALL)
def test_a_missing_or_wrong_credential_gets_the_vendors_own_401(vendor: Callable[[], Simulator]) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic d3Jvbmc6d3Jvbmc="}):
        simulator = vendor()
        with client(simulator, headers=headers, auth=None) as http:
            answer = http.get(SOMETHING[simulator.name])
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/json")
        assert len(simulator.received) == 1


@pytest.mark.parametrize("vendor", ALL)
def test_an_unknown_path_gets_the_vendors_own_refusal(vendor: Callable[[], Simulator]) -> None:
    with client(vendor()) as http:
        assert http.get("/nowhere").status_code in {400, 401, 404}


def test_each_401_is_in_the_vendors_words() -> None:
    bodies = {}
    for vendor in ALL:
        simulator = vendor()
        with client(simulator, headers={}, auth=None) as http:
            bodies[simulator.name] = http.get(SOMETHING[simulator.name]).json()
    assert bodies["vapi"]["error"] == "Unauthorized"
    assert bodies["twilio"]["code"] == 20003
    assert bodies["google-calendar"]["error"]["errors"][0]["reason"] == "required"
    assert bodies["gmail"]["error"]["status"] == "UNAUTHENTICATED"
    assert bodies["microsoft"]["error"]["code"] == "InvalidAuthenticationToken"


def test_what_came_in_is_recorded_as_it_stood_on_the_wire() -> None:
    simulator = GoogleCalendar()
    with client(simulator) as http:
        http.get("/calendars/alex%40example.com/events?q=a%20b&q=c", headers={"X-Mark": "1"})
    (request,) = simulator.received.to("GET */events")
    assert request.path == "/calendar/v3/calendars/alex%40example.com/events"
    assert request.query == "q=a%20b&q=c"
    assert request.header("x-mark") == "1"
    assert request.time <= time.monotonic()


def test_a_chunked_body_and_a_kept_connection_are_read() -> None:
    simulator = Vapi()
    with client(simulator) as http:
        for _ in range(2):
            answer = http.post("/assistant", content=iter([b'{"name": ', b'"Desk"}']))
            assert answer.status_code == 201
    assert [request.body for request in simulator.received] == [b'{"name": "Desk"}'] * 2


def test_head_has_the_head_of_get_without_its_body() -> None:
    with client(Vapi()) as http:
        answer = http.head("/assistant")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 2


def test_it_also_runs_in_the_tests_own_loop() -> None:
    async def run() -> int:
        async with serve(Vapi()) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
            answer = await http.get("/assistant", headers={"Authorization": f"Bearer {vapi.API_KEY}"})
            return answer.status_code

    assert asyncio.run(run()) == 200


def test_stopping_ends_an_answer_that_is_still_held_back() -> None:
    async def run() -> None:
        simulator, arrived = Vapi(), asyncio.Event()

        def arrives(_request: Request) -> bool:
            arrived.set()
            return True

        simulator.script.next(arrives, delay=60)
        async with httpx.AsyncClient(trust_env=False) as http:
            async with serve(simulator) as url:
                asked = asyncio.ensure_future(http.get(f"{url}/assistant"))
                async with asyncio.timeout(10):
                    await arrived.wait()
            with pytest.raises(httpx.TransportError):
                await asked

    asyncio.run(run())


# --- faults ---


def test_a_scripted_answer_takes_the_requests_that_match_and_as_many_as_asked() -> None:
    simulator = Vapi()
    simulator.script.next("POST /call", status=503, headers={"Retry-After": "2"}, body={"message": "busy"}, times=2)
    with client(simulator) as http:
        assert http.get("/call").status_code == 200
        answers = [http.post("/call", json=CALL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert (answers[0].headers["retry-after"], answers[0].json()) == ("2", {"message": "busy"})


def test_the_first_fault_that_matches_wins_and_forever_means_forever() -> None:
    simulator = Vapi()
    simulator.script.next("/assistant", status=500)
    simulator.script.next(lambda request: request.method == "GET", status=502, forever=True)
    with client(simulator) as http:
        assert [http.get("/assistant").status_code for _ in range(4)] == [500, 502, 502, 502]
        simulator.script.clear()
        assert http.get("/assistant").status_code == 200


def test_each_vendors_rate_limit_can_be_ordered_in_its_own_shape() -> None:
    calendar, graph, telephone, voice = GoogleCalendar(), Microsoft(), Twilio(), Vapi()
    calendar.script.next(answer=google.rate_limited("userRateLimitExceeded"))
    graph.script.next(answer=microsoft.throttled(7))
    telephone.script.next(answer=twilio.rate_limited())
    voice.script.next(answer=vapi.rate_limited(3))
    with client(calendar) as http:
        answer = http.get("/users/me/calendarList")
        assert (answer.status_code, reason(answer)) == (403, "userRateLimitExceeded")
    with client(graph) as http:
        answer = http.get("/me")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    with client(telephone) as http:
        answer = http.get(f"{ROOT}/Balance.json")
        assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    with client(voice) as http:
        answer = http.get("/assistant")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


@pytest.mark.parametrize(("reset", "done"), [(True, 3), ("before", 3), ("after", 4), ("midway", 4)])
def test_a_reset_cuts_the_connection_before_or_after_the_work(reset: Any, done: int) -> None:  # Any: bool or a word
    simulator = Vapi()
    simulator.script.next("POST /call", reset=reset)
    with client(simulator) as http:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            http.post("/call", json=CALL)
        assert len(http.get("/call").json()) == done
    assert len(simulator.received.to("POST /call")) == 1


def test_a_partial_body_a_malformed_reply_and_a_false_length_are_seen_as_such() -> None:
    simulator = Vapi()
    simulator.script.next(partial=True)
    simulator.script.next(raw=b"this is not HTTP\r\n\r\n")
    simulator.script.next(headers={"Content-Length": "1"}, status=200, body="")
    with client(simulator) as http:
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                http.get("/assistant")
        with pytest.raises(httpx.ReadTimeout):
            http.get("/assistant", timeout=0.2)


def test_an_answer_can_be_late_or_stall_inside() -> None:
    simulator = Vapi()
    simulator.script.next(delay=0.2)
    simulator.script.next(stall=0.2)
    with client(simulator) as http:
        for _ in range(2):
            start = time.monotonic()
            assert http.get("/assistant").status_code == 200
            assert time.monotonic() - start >= 0.2


def test_faults_can_be_ordered_from_another_process() -> None:
    with client(Vapi()) as http:
        order = {"match": "GET /assistant", "status": 503, "times": 1}
        assert http.post("/__simulator__/script", json=order).status_code == 204
        assert http.post("/__simulator__/script", json={"no_such_word": 1}).status_code == 400
        assert [http.get("/assistant").status_code for _ in range(2)] == [503, 200]
        assert len(http.get("/__simulator__/received").json()) == 2
        assert http.delete("/__simulator__").status_code == 204
        assert http.get("/__simulator__/received").json() == []


# --- Vapi ---


def test_vapi_keeps_what_is_created_updated_and_deleted() -> None:
    with client(Vapi()) as http:
        made = http.post("/assistant", json={"name": "Night desk"})
        place = f"/assistant/{made.json()['id']}"
        assert http.patch(place, json={"firstMessage": "Hi"}).json()["firstMessage"] == "Hi"
        assert http.get(place).json()["name"] == "Night desk"
        assert http.delete(place).json()["id"] == made.json()["id"]
        assert (made.status_code, http.get(place).status_code) == (201, 404)


def test_vapi_pages_by_limit_and_creation_time() -> None:
    with client(Vapi()) as http:
        (newest,) = http.get("/assistant", params={"limit": 1}).json()
        (older,) = http.get("/assistant", params={"createdAtLt": newest["createdAt"]}).json()
        assert newest["id"] != older["id"]
        assert http.get("/assistant", params={"createdAtGt": newest["createdAt"]}).json() == []
        page = http.get("/v2/phone-number", params={"limit": 1}).json()
        assert (page["metadata"]["totalItems"], len(page["results"])) == (3, 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/assistant", {"nme": "x"}, 400, ["property nme should not exist"]),
        ("POST", "/assistant", {"name": "x" * 41}, 400, ["name must be shorter than or equal to 40 characters"]),
        ("POST", "/call", CALL | {"assistantId": vapi.ORG_ID}, 400, None),
        ("POST", "/call", {"customer": {"number": "5550120"}}, 400, None),
        ("GET", "/assistant?limit=1001", None, 400, ["limit must not be greater than 1000"]),
        ("GET", "/assistant/no-uuid", None, 400, ["id must be a UUID"]),
        ("GET", f"/assistant/{vapi.ORG_ID}", None, 404, None),
        ("PATCH", f"/phone-number/{vapi.PHONE_NUMBER_ID}", {"name": 5}, 400, ["name must be a string"]),
    ],
)
def test_vapi_refuses_in_its_own_shape(method: str, path: str, body: object, status: int, message: object) -> None:
    with client(Vapi()) as http:
        answer = http.request(method, path, json=body)
    assert answer.status_code == answer.json()["statusCode"] == status
    assert message is None or answer.json()["message"] == message


def test_vapi_refuses_to_delete_an_assistant_in_use_and_calls_over_the_limit() -> None:
    simulator = Vapi()
    simulator.concurrent_limit = 1
    with client(simulator) as http:
        pinned = http.delete(f"/assistant/{vapi.ASSISTANT_ID}")
        assert (pinned.status_code, pinned.json()["error"]) == (409, "assistant_pinned")
        calls = [http.post("/call", json=CALL) for _ in range(2)]
    assert [answer.status_code for answer in calls] == [201, 400]
    assert (calls[0].json()["status"], calls[0].json()["cost"]) == ("queued", 0)


# --- Twilio ---


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("Messages", SMS | {"To": ""}, 21604),
        ("Messages", SMS | {"From": ""}, 21603),
        ("Messages", SMS | {"Body": ""}, 21602),
        ("Messages", SMS | {"Body": "x" * 1601}, 21617),
        ("Messages", SMS | {"To": "12"}, 21211),
        ("Messages", SMS | {"To": "+15005550001"}, 21211),
        ("Messages", SMS | {"To": "+15005550002"}, 21612),
        ("Messages", SMS | {"To": "+15005550003"}, 21408),
        ("Messages", SMS | {"To": "+15005550004"}, 21610),
        ("Messages", SMS | {"To": "+15005550009"}, 21614),
        ("Messages", SMS | {"From": "+15005550001"}, 21212),
        ("Messages", SMS | {"From": "+15005550007"}, 21606),
        ("Messages", SMS | {"From": "+15005550008"}, 21611),
        ("Calls", DIAL | {"To": ""}, 21201),
        ("Calls", DIAL | {"Url": ""}, 21205),
        ("Calls", DIAL | {"To": "+15005550001"}, 21217),
        ("Calls", DIAL | {"To": "+15005550003"}, 21215),
        ("Calls", DIAL | {"From": "+15005550199"}, 21210),
    ],
)
def test_twilio_answers_a_bad_form_with_its_code(path: str, form: dict[str, str], code: int) -> None:
    with client(Twilio()) as http:
        answer = http.post(f"{ROOT}/{path}.json", data=form)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (400, code, 400)
    assert answer.json()["more_info"].endswith(f"/{code}")


def test_twilio_reads_forms_with_repeated_names_and_nothing_else() -> None:
    with client(Twilio()) as http:
        media = {"MediaUrl": ["https://example.com/1.png", "https://example.com/2.png"]}
        sent = http.post(f"{ROOT}/Messages.json", data=SMS | media)
        assert (sent.status_code, sent.json()["num_media"], sent.json()["price"]) == (201, "2", None)
        assert http.get(sent.json()["uri"]).json() == sent.json()
        assert http.post(f"{ROOT}/Messages.json", json=SMS).json()["code"] == 21604


def test_twilio_pages_by_relative_links_to_the_end() -> None:
    with client(Twilio()) as http:
        page = http.get(f"{ROOT}/Messages.json", params={"PageSize": 2, "From": twilio.NUMBER}).json()
        assert page["next_page_uri"].startswith("/2010-04-01/")
        http.post(f"{ROOT}/Messages.json", data=SMS)  # a message that arrives meanwhile shifts no page
        last = http.get(page["next_page_uri"]).json()
        bad = http.get(f"{ROOT}/Messages.json", params={"PageToken": "PAnone"})
    assert len({row["sid"] for row in page["messages"] + last["messages"]}) == 3
    assert (last["page"], last["next_page_uri"], bad.status_code) == (1, None, 400)


def test_twilio_updates_and_releases_a_number_and_knows_two_kinds_of_credential() -> None:
    place = f"{ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json"
    with client(Twilio(), auth=(twilio.ACCOUNT_SID, twilio.AUTH_TOKEN)) as http:
        changed = http.post(
            place, data={"FriendlyName": "Front", "SmsUrl": "https://example.com/sms", "No": "x"}
        ).json()
        assert (changed["friendly_name"], changed["sms_url"]) == ("Front", "https://example.com/sms")
        assert http.delete(place).status_code == 204
        assert http.get(place).json()["code"] == 20404
        assert http.post(f"{ROOT}/Messages.json", data=SMS).json()["code"] == 21606
        assert http.get(f"/2010-04-01/Accounts/AC{'f' * 32}/Balance.json").status_code == 401


# --- Google ---


def test_google_events_are_created_patched_replaced_and_deleted_once() -> None:
    with client(GoogleCalendar()) as http:
        made = http.post(EVENTS, json=SPAN | {"id": "abc123", "summary": "One", "location": "Room 1"})
        place = f"{EVENTS}/abc123"
        assert (made.status_code, made.json()["summary"]) == (200, "One")
        assert http.patch(place, json={"summary": "Two", "location": None}).json()["summary"] == "Two"
        assert "location" not in http.get(place).json()
        assert "summary" not in http.put(place, json=SPAN).json()
        assert [http.delete(place).status_code for _ in range(2)] == [204, 410]
        assert http.get(place).json()["status"] == "cancelled"
        again = http.post(EVENTS, json=SPAN | {"id": "abc123"})
        assert (again.status_code, reason(again)) == (409, "duplicate")


def test_google_pages_by_token_and_syncs_what_changed() -> None:
    simulator = GoogleCalendar()
    with client(simulator) as http:
        first = http.get(EVENTS, params={"maxResults": 2}).json()
        last = http.get(EVENTS, params={"maxResults": 2, "pageToken": first["nextPageToken"]}).json()
        assert [len(page["items"]) for page in (first, last)] == [2, 1]
        assert ("nextSyncToken" in first, "nextPageToken" in last) == (False, False)
        http.delete(f"{EVENTS}/{google.EVENT_ID}")
        changed = http.get(EVENTS, params={"syncToken": last["nextSyncToken"]}).json()
        assert [(row["id"], row["status"]) for row in changed["items"]] == [(google.EVENT_ID, "cancelled")]
        simulator.expire_sync_tokens()
        stale = http.get(EVENTS, params={"syncToken": changed["nextSyncToken"]})
        assert (stale.status_code, reason(stale)) == (410, "fullSyncRequired")


def test_google_holds_to_if_match_and_if_none_match() -> None:
    place = f"{EVENTS}/{google.EVENT_ID}"
    with client(GoogleCalendar()) as http:
        seen = http.get(place)
        assert seen.headers["etag"] == seen.json()["etag"]
        assert http.get(place, headers={"If-None-Match": seen.headers["etag"]}).status_code == 304
        match = {"If-Match": seen.headers["etag"]}
        assert http.patch(place, json={"summary": "New"}, headers=match).status_code == 200
        late = http.patch(place, json={"summary": "Late"}, headers=match)
        assert (late.status_code, reason(late)) == (412, "conditionNotMet")
        assert http.delete(place, headers=match).status_code == 412


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "why"),
    [
        ("POST", EVENTS, {"start": SPAN["start"]}, 400, "required"),
        ("POST", EVENTS, SPAN | {"id": "No"}, 400, "invalid"),
        ("POST", EVENTS, {"start": SPAN["end"], "end": SPAN["start"]}, 400, "timeRangeEmpty"),
        ("GET", f"{EVENTS}/nothing", None, 404, "notFound"),
        ("GET", "/calendars/nobody%40example.com/events", None, 404, "notFound"),
        ("GET", f"{EVENTS}?pageToken=x", None, 400, "invalid"),
        ("GET", f"{EVENTS}?syncToken=x", None, 410, "fullSyncRequired"),
        ("GET", f"{EVENTS}?orderBy=startTime", None, 400, "invalid"),
        ("POST", "/freeBusy", {"timeMin": "2026-02-01T00:00:00Z"}, 400, "required"),
    ],
)
def test_google_refuses_with_a_reason(method: str, path: str, body: object, status: int, why: str) -> None:
    with client(GoogleCalendar()) as http:
        answer = http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"], reason(answer)) == (status, status, why)


def test_google_selects_events_and_tells_who_is_busy() -> None:
    with client(GoogleCalendar()) as http:
        window = {"timeMin": "2026-02-02T00:00:00Z", "timeMax": "2026-02-03T00:00:00Z"}
        query = window | {"singleEvents": "true", "orderBy": "startTime"}
        assert [row["summary"] for row in http.get(EVENTS, params=query).json()["items"]] == ["Review"]
        asked = {"items": [{"id": "primary"}, {"id": "nobody@example.com"}]}
        free = http.post("/freeBusy", json=window | asked).json()["calendars"]
    assert free["primary"]["busy"] == [{"start": "2026-02-02T09:00:00Z", "end": "2026-02-02T09:30:00Z"}]
    assert free["nobody@example.com"]["errors"][0]["reason"] == "notFound"


def test_gmail_sends_what_has_a_recipient_and_lists_it_first() -> None:
    with client(Gmail()) as http:
        sent = http.post("/users/me/messages/send", json=letter(b"To: robin@example.com\r\n\r\nHi")).json()
        assert sent["labelIds"] == ["SENT"]
        page = http.get("/users/me/messages", params={"maxResults": 1}).json()
        assert page["messages"][0]["id"] == sent["id"]
        assert "nextPageToken" in page
        assert http.get("/users/me/profile").json()["messagesTotal"] == 4
        for body in ({}, {"raw": "***"}, letter(b"Subject: Nobody\r\n\r\nHi")):
            assert http.post("/users/me/messages/send", json=body).status_code == 400
        assert http.get("/users/robin@example.com/profile").status_code == 403


# --- Microsoft ---


def test_graph_events_are_created_once_per_transaction_and_guarded_by_their_change_key() -> None:
    with client(Microsoft()) as http:
        made = [http.post("/me/events", json=PLACE | {"subject": "One", "transactionId": "t-1"}) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json()["id"] == made[1].json()["id"]
        place, match = f"/me/events/{made[0].json()['id']}", {"If-Match": made[0].json()["@odata.etag"]}
        assert http.patch(place, json={"subject": "Two"}, headers=match).json()["subject"] == "Two"
        late = http.patch(place, json={"subject": "Late"}, headers=match)
        assert (late.status_code, late.json()["error"]["code"]) == (412, "ErrorIrresolvableConflict")
        assert http.delete(place).status_code == 204
        assert http.get(place).json()["error"]["code"] == "ErrorItemNotFound"


def test_graph_pages_by_absolute_links_to_the_host_that_was_asked() -> None:
    with client(Microsoft()) as http:
        page = http.get("/me/messages", params={"$top": 2, "$select": "subject", "$count": "true"}).json()
        assert page["@odata.nextLink"].startswith(f"{http.base_url}me/messages?")
        assert (page["@odata.count"], set(page["value"][0])) == (3, {"id", "subject"})
        last = http.get(page["@odata.nextLink"]).json()
    assert len(last["value"]) == 1
    assert "@odata.nextLink" not in last


def test_graph_mail_is_accepted_without_a_body_and_found_among_the_messages() -> None:
    with client(Microsoft()) as http:
        for body in ({"message": MAIL}, {"Message": MAIL, "SaveToSentItems": True}):
            sent = http.post("/me/sendMail", json=body)
            assert (sent.status_code, sent.content, "content-type" in sent.headers) == (202, b"", False)
        assert http.get("/me/messages").json()["value"][0]["subject"] == "Hi"
        nobody = http.post("/me/sendMail", json={"message": {"toRecipients": []}})
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (400, "ErrorInvalidRecipients")


def test_graph_shows_a_window_and_when_someone_is_free() -> None:
    with client(Microsoft()) as http:
        assert len(http.get(f"/me/calendarView?{WINDOW}").json()["value"]) == 3
        assert http.get("/me/calendarView").json()["error"]["code"] == "ErrorInvalidParameter"
        asked = WORKDAY | {"schedules": [microsoft.EMAIL, "nobody@example.com"]}
        own, other = http.post("/me/calendar/getSchedule", json=asked).json()["value"]
        broken = http.post("/me/events", content=b"{")
    assert (own["availabilityView"], len(own["scheduleItems"])) == ("20", 1)
    assert other["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "BadRequest")


# --- the vendors' own documents ---


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{n}-{case[1]}") for n, case in enumerate(CASES)])
def test_an_answer_keeps_to_the_vendors_document_where_that_lies_beside_the_project(case: Case) -> None:
    vendor, method, path, words = case
    simulator = vendor()
    with client(simulator) as http:
        answer = http.request(method, path, **words)
    target = simulator.received[0].target
    document = SPECS / DOCUMENTS[simulator.name]
    assert answer.status_code < 500
    assert not document.exists() or complaints(document, method, target, answer.status_code, answer.content) == []


# --- as a process ---


def test_the_module_prints_an_environment_that_works_and_ends_on_a_signal() -> None:
    command = [sys.executable, "-m", "tests.simulators"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(12)]
        environment = dict(line.split("=", 1) for line in lines)
        headers = {"Authorization": f"Bearer {environment['VAPI_API_KEY']}"}
        place = f"{environment['VAPI_BASE_URL']}/assistant/{environment['VAPI_ASSISTANT_ID']}"
        answer = httpx.get(place, headers=headers, trust_env=False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert answer.status_code == 200
    assert environment["GOOGLE_CALENDAR_BASE_URL"].endswith("/calendar/v3")
    assert environment["GMAIL_BASE_URL"].endswith("/gmail/v1")
    assert environment["MICROSOFT_BASE_URL"].endswith("/v1.0")
    assert "2010-04-01" not in environment["TWILIO_BASE_URL"]
