"""Whoever wants to know hears of every change: signed, at least once, from one process at a time, for over a day."""

import asyncio
import base64
import hmac
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from gateway.config import Events
from gateway.contract import Kit, Reply
from gateway.errors import ConnectFailed, StoreUnavailable
from gateway.stored import Delivery
from gateway.units import Secret
from gateway_oauth.events import EVENTS, WAITS, deliver, signature
from tests.plugins.oauth.answering import brought, browser_of
from tests.plugins.oauth.dealing import MARK
from tests.plugins.oauth.house import House

DAY = 86_400.0
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty four b").decode()


class Hearing:
    """In the place of Kit.fetch: remembers what it is sent, and answers as it is told, in the end with 204."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[str, dict[str, str], bytes]] = []

    async def __call__(self, method: str, url: str, *, headers: Any = (), body: bytes = b"", **_: Any) -> Reply:
        self.heard.append((f"{method} {url}", {name.decode(): value.decode() for name, value in headers}, body))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return Reply(answer)

    def fields(self, name: str) -> list[str]:
        return [fields[name] for _, fields, _ in self.heard]

    @property
    def events(self) -> list[Any]:
        return [msgspec.json.decode(body) for _, _, body in self.heard]


def listening(house: House, hearing: Hearing, url: str = "https://app.example/hooks") -> Kit:
    house.what = msgspec.structs.replace(house.what, events=Events(url=url, secret=Secret(SECRET)))
    return msgspec.structs.replace(house.kit, fetch=hearing)


def connected(house: House, user: str = "ann") -> None:
    with browser_of(house) as browser:
        assert brought(browser, house, user).status_code == 200


def test_what_happens_to_a_connection_is_told(house: House) -> None:
    hearing = Hearing()
    kit = listening(house, hearing)
    connected(house)
    connected(house)
    with house.caller(user="ann") as caller:
        told = caller.get("/connections/acme-mail").json()
        caller.delete(f"/connections/{told['id']}")
    assert house.run(deliver(kit)) == 3

    events = sorted(hearing.events, key=lambda event: event["type"])
    assert [event["type"] for event in events] == [
        "connection.connected",
        "connection.reconnected",
        "connection.removed",
    ]
    assert {event["data"]["id"] for event in events} == {told["id"]}
    assert events[0]["data"]["status"] == "active"
    assert events[2]["data"]["status"] == "revoked"
    assert hearing.heard[0][0] == "POST https://app.example/hooks"
    assert MARK not in str(hearing.heard)


def test_the_signature_is_that_of_the_published_example() -> None:
    """Of the reference libraries of Standard Webhooks."""
    secret, identity, body = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
    )

    assert signature(secret, identity, 1614265330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_sent_carries_the_signature_of_just_that(house: House) -> None:
    hearing = Hearing()
    kit = listening(house, hearing)
    connected(house)
    house.run(deliver(kit))

    (_, fields, body) = hearing.heard[0]
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    expected = hmac.digest(b"a secret of twenty four b", signed, "sha256")
    assert fields["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert fields["content-type"] == "application/json"


def test_a_secret_that_is_any_other_text_is_taken_as_it_stands() -> None:
    expected = base64.b64encode(hmac.digest(b"plain", b"x.1.y", "sha256")).decode()

    assert signature("plain", "x", 1, b"y") == f"v1,{expected}"


@pytest.mark.parametrize("failure", [500, 404, 302, ConnectFailed("nobody")])
def test_what_does_not_arrive_is_sent_again_under_the_same_id_and_signed_anew(
    house: House, failure: int | Exception
) -> None:
    hearing = Hearing(failure)
    kit = listening(house, hearing)
    connected(house)
    assert [house.run(deliver(kit)), house.run(deliver(kit))] == [1, 0]
    house.later(WAITS[0] * 1.2)
    house.run(deliver(kit))
    house.later(DAY)
    assert house.run(deliver(kit)) == 0

    assert len(hearing.heard) == 2
    assert len({*hearing.fields("webhook-id")}) == 1
    assert len({*hearing.fields("webhook-timestamp")}) == len({*hearing.fields("webhook-signature")}) == 2


def test_it_is_tried_for_more_than_a_day_and_then_given_up(house: House, caplog: pytest.LogCaptureFixture) -> None:
    hearing = Hearing(*[503] * 20)
    kit = listening(house, hearing)
    connected(house)
    waited = 0.0
    while house.run(deliver(kit)) or waited < 2 * DAY:
        house.later(300)
        waited += 300

    assert len(hearing.heard) == len(WAITS) + 1
    assert sum(WAITS) > DAY
    assert "was given up after 8 tries: status 503" in caplog.text


def test_one_that_is_gone_for_good_is_not_asked_again(house: House) -> None:
    hearing = Hearing(410)
    kit = listening(house, hearing)
    connected(house)
    house.run(deliver(kit))
    house.later(DAY)

    assert house.run(deliver(kit)) == 0


def test_of_many_processes_one_sends_each_event(house: House) -> None:
    hearing = Hearing()
    kit = listening(house, hearing)
    for user in ("ann", "bob", "eve"):
        connected(house, user)

    async def all_at_once() -> None:
        await asyncio.gather(*(deliver(kit) for _ in range(8)))

    house.run(all_at_once())
    assert len(hearing.heard) == len({*hearing.fields("webhook-id")}) == 3


def test_what_a_process_took_and_died_with_is_sent_by_another(house: House) -> None:
    hearing = Hearing()
    kit = listening(house, hearing)
    connected(house)

    async def killed() -> None:
        assert len(await kit.stored.outbox.due(kit.now(), kit.now() + 60)) == 1

    house.run(killed())
    assert house.run(deliver(kit)) == 0
    house.later(61)
    assert house.run(deliver(kit)) == 1


def test_without_anybody_who_wants_to_know_nothing_is_kept(house: House) -> None:
    connected(house)
    kit = listening(house, hearing := Hearing())

    assert house.run(deliver(kit)) == 0
    assert hearing.heard == []


def test_a_store_that_is_away_does_not_end_the_delivery(house: House) -> None:
    """Turn by turn: it is away, it is back, and the event goes out."""
    hearing = Hearing()
    kit = listening(house, hearing)
    connected(house)

    class Shaky:
        """The store's outbox, which fails at first."""

        failures = 2

        async def due(self, now: float, until: float, most: int = 20) -> Any:
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable("not now")
            return await kit.stored.outbox.due(now, until, most)

        async def done(self, which: str) -> None:
            await kit.stored.outbox.done(which)
            finished.set()

    class Store:
        outbox = Shaky()

    finished = asyncio.Event()

    async def no_wait(_: float) -> None:
        await asyncio.sleep(0)

    async def life() -> None:
        shaky: Any = msgspec.structs.replace(kit, stored=Store(), sleep=no_wait)
        async with EVENTS.run(shaky), asyncio.timeout(20):
            await finished.wait()

    house.run(life())
    assert len(hearing.heard) == 1


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    got: list[bytes] = []

    class Receiving(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiving) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/hooks", got
        server.shutdown()


def test_it_arrives_over_a_socket(house: House) -> None:
    with receiver() as (url, got):
        listening(house, Hearing(), url)
        connected(house)
        house.run(deliver(house.kit))

    assert [msgspec.json.decode(body)["type"] for body in got] == ["connection.connected"]


def test_a_delivery_goes_where_the_config_said_when_it_happened(house: House) -> None:
    hearing = Hearing()
    kit = listening(house, hearing)
    waiting = Delivery(id="evt_1", url="https://old.example/hooks", body=b"{}", due_at=0.0)
    house.run(kit.stored.outbox.put(waiting))
    house.run(deliver(kit))

    assert hearing.heard[0][0] == "POST https://old.example/hooks"
