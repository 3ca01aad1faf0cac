"""vapi_server_sdk: its base address is the mount, its token a key of the gateway."""

import pytest
from vapi import Vapi
from vapi.core.api_error import ApiError

from tests.sdk.conftest import Desk
from tests.simulators import vapi as simulated


def client(desk: Desk, key: str) -> Vapi:
    return Vapi(token=key, base_url=f"{desk.url}/vapi")


def test_assistants_are_read_made_changed_and_deleted(desk: Desk) -> None:
    vapi = client(desk, desk.key)
    assert simulated.ASSISTANT_ID in {one.id for one in vapi.assistants.list()}

    made = vapi.assistants.create(name="Front desk")
    assert vapi.assistants.get(made.id).name == "Front desk"
    assert vapi.assistants.update(made.id, name="Back desk").name == "Back desk"
    assert vapi.assistants.delete(made.id).id == made.id


def test_the_vendor_gets_its_own_credential_and_never_the_gateways_key(desk: Desk) -> None:
    client(desk, desk.key).assistants.list()
    (request,) = desk.vendors.vapi.received
    assert request.header("authorization") == f"Bearer {desk.vendors.environ['VAPI_API_KEY']}"
    assert desk.key not in str(request.headers)


def test_a_wrong_key_is_an_error_of_the_sdk_and_reaches_nobody(desk: Desk) -> None:
    with pytest.raises(ApiError) as refused:
        client(desk, desk.wrong).assistants.list()
    assert refused.value.status_code == 401
    assert not desk.vendors.vapi.received
