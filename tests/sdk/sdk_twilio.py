"""twilio: its password is a key of the gateway, and whatever account it names becomes the configured one."""

from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.sdk.conftest import Desk
from tests.simulators.cases import SMS

ACCOUNT = "AC" + "f" * 32


class Through(TwilioHttpClient):
    """Twilio's client, with the gateway's address in the place of Twilio's."""

    def __init__(self, mount: str) -> None:
        super().__init__()
        self._mount = mount

    def request(self, method: str, url: str, *words: object, **more: object) -> Response:
        parts = urlsplit(url)
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        return super().request(method, self._mount + target, *words, **more)


def client(desk: Desk, key: str) -> Client:
    return Client(ACCOUNT, key, http_client=Through(f"{desk.url}/twilio"))


def test_messages_are_sent_and_read(desk: Desk) -> None:
    twilio = client(desk, desk.key)
    sent = twilio.messages.create(to="+15558675310", from_=SMS["From"], body="Hi there")
    assert twilio.messages(sent.sid).fetch().body == "Hi there"
    assert sent.sid in {message.sid for message in twilio.messages.list(limit=20)}


def test_numbers_and_calls(desk: Desk) -> None:
    twilio = client(desk, desk.key)
    assert twilio.incoming_phone_numbers.list(limit=5)
    call = twilio.calls.create(to="+15558675310", from_=SMS["From"], url="https://calls.example/hello.xml")
    assert twilio.calls(call.sid).fetch().sid == call.sid
    assert twilio.balance.fetch().currency


def test_the_account_in_the_path_is_the_configured_one(desk: Desk) -> None:
    client(desk, desk.key).messages.list(limit=1)
    account = desk.vendors.environ["TWILIO_ACCOUNT_SID"]
    assert {request.target.split("/")[3] for request in desk.vendors.twilio.received} == {account}
    assert ACCOUNT not in str(desk.vendors.twilio.received)


def test_a_refusal_of_the_vendor_is_its_own_exception_with_its_own_code(desk: Desk) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client(desk, desk.key).messages.create(to="nobody", from_=SMS["From"], body="Hi")
    assert (refused.value.status, refused.value.code) == (400, 21211)


def test_a_wrong_key_is_an_error_of_the_sdk_and_reaches_nobody(desk: Desk) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client(desk, desk.wrong).balance.fetch()
    assert refused.value.status == 401
    assert not desk.vendors.twilio.received
