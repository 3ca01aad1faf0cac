"""msgraph-sdk: the adapter's base address is the mount, its access token a key of the gateway."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from azure.core.credentials import AccessToken
from kiota_abstractions.api_error import APIError
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody

from tests.sdk.conftest import Desk

Work = Callable[[GraphServiceClient], Awaitable[None]]


class Key:
    """A credential of Azure's kind that always has the same token."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_token(self, *_: object, **__: object) -> AccessToken:
        return AccessToken(self._key, 4_000_000_000)


def graph(desk: Desk, key: str, work: Work) -> None:
    async def main() -> None:
        provider = AzureIdentityAuthenticationProvider(Key(key), allowed_hosts=["127.0.0.1"])
        adapter = GraphRequestAdapter(provider)
        adapter.base_url = f"{desk.url}/microsoft"
        await work(GraphServiceClient(request_adapter=adapter))

    asyncio.run(main())


def test_events_are_made_read_changed_and_deleted(desk: Desk) -> None:
    async def work(client: GraphServiceClient) -> None:
        when = DateTimeTimeZone(date_time="2026-12-01T09:00:00", time_zone="UTC")
        later = DateTimeTimeZone(date_time="2026-12-01T09:30:00", time_zone="UTC")
        made = await client.me.events.post(Event(subject="Tea", start=when, end=later))
        assert made is not None
        assert made.id is not None
        found = await client.me.events.by_event_id(made.id).get()
        assert found is not None
        assert found.subject == "Tea"
        changed = await client.me.events.by_event_id(made.id).patch(Event(subject="Coffee"))
        assert changed is not None
        assert changed.subject == "Coffee"
        await client.me.events.by_event_id(made.id).delete()

    graph(desk, desk.key, work)


def test_who_it_is_and_his_mail(desk: Desk) -> None:
    async def work(client: GraphServiceClient) -> None:
        me = await client.me.get()
        assert me is not None
        assert me.user_principal_name or me.mail
        mail = await client.me.messages.get()
        assert mail is not None
        assert mail.value is not None
        to = Recipient(email_address=EmailAddress(address="ann@example.com"))
        body = ItemBody(content="Hello", content_type=BodyType.Text)
        message = Message(subject="Hi", body=body, to_recipients=[to])
        await client.me.send_mail.post(SendMailPostRequestBody(message=message, save_to_sent_items=False))

    graph(desk, desk.key, work)


def test_what_is_not_there_is_the_sdks_own_error_with_graphs_code(desk: Desk) -> None:
    async def work(client: GraphServiceClient) -> None:
        with pytest.raises(ODataError) as refused:
            await client.me.events.by_event_id("nothere").get()
        assert refused.value.error is not None
        assert refused.value.error.code == "ErrorItemNotFound"

    graph(desk, desk.key, work)


def test_a_wrong_key_is_an_error_of_the_sdk_and_reaches_nobody(desk: Desk) -> None:
    async def work(client: GraphServiceClient) -> None:
        with pytest.raises(APIError):
            await client.me.get()

    graph(desk, desk.wrong, work)
    assert not desk.vendors.microsoft.received
