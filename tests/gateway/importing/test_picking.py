"""What an item of `operations` means."""

import pytest

from gateway.importing import Document, endpoint_name, is_one, pick, snake_case, spellings
from tests.gateway.importing.documents import document


def crm() -> Document:
    return document(
        {
            "/contacts": {
                "get": {"operationId": "ListContacts", "tags": ["people"]},
                "post": {"operationId": "AddContact"},
            },
            "/contacts/{id}": {"get": {"operationId": "GetContact", "tags": ["people"]}, "delete": {}},
            "/contacts/{id}/mail/{mail}": {"get": {"operationId": "GetMail"}},
            "no path": {"get": {"operationId": "Nothing"}},
            "/broken": {"get": 5, "post": None},
            "/": {"get": {"operationId": 7}},
        }
    )


@pytest.mark.parametrize(
    ("item", "picked"),
    [
        ("ListContacts", ["ListContacts"]),
        ("listcontacts", []),
        ("GET /contacts/{id}", ["GetContact"]),
        ("get /contacts/{id}", ["GetContact"]),
        ("/contacts", ["ListContacts", "AddContact"]),
        ("/contacts/*", ["GetContact", "DELETE /contacts/{id}"]),
        ("/contacts/**", ["ListContacts", "AddContact", "GetContact", "DELETE /contacts/{id}", "GetMail"]),
        ("GET /**", ["ListContacts", "GetContact", "GetMail", "GET /"]),
        ("/**/mail/*", ["GetMail"]),
        ("/*/mail", []),
        ("tag:people", ["ListContacts", "GetContact"]),
        ("tag: people", ["ListContacts", "GetContact"]),
        ("tag:nobody", []),
        ("Nothing", []),
        ("FLY /contacts", []),
    ],
)
def test_an_item_picks(item: str, picked: list[str]) -> None:
    assert [operation.name for operation in pick(crm(), item)] == picked


@pytest.mark.parametrize(
    ("item", "one"),
    [
        ("ListContacts", True),
        ("GET /contacts", True),
        ("GET /contacts/*", False),
        ("/contacts", False),
        ("tag:a", False),
    ],
)
def test_an_item_may_name_one_operation(item: str, one: bool) -> None:
    assert is_one(item) is one


def test_what_could_have_been_meant_is_of_the_same_kind() -> None:
    assert "ListContacts" in spellings(crm(), "ListContact")
    assert "GET /contacts" in spellings(crm(), "GET /contact")
    assert "/contacts" in spellings(crm(), "/contact")
    assert "tag:people" in spellings(crm(), "tag:peple")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CreateMessage", "create_message"),
        ("AssistantController_findAll", "assistant_controller_find_all"),
        ("calendar.events.list", "calendar_events_list"),
        ("fetchHTTPStatus", "fetch_http_status"),
        ("list-all things!", "list_all_things"),
        ("getV2Item", "get_v2_item"),
    ],
)
def test_an_endpoint_is_called_as_the_operation_is(written: str, name: str) -> None:
    assert snake_case(written) == name


def test_without_an_operation_id_method_and_path_are_the_name() -> None:
    assert endpoint_name("", "GET", "/contacts/{id}.json") == "get_contacts_id_json"
    assert endpoint_name("2fa", "POST", "/x") == "post_2fa"
    assert endpoint_name("日本", "GET", "/") == "get"
