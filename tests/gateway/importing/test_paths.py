"""Where an operation stands: callers get the vendor's path, and the vendor is asked below `base_url`."""

import pytest

from gateway.importing import NotCarried
from tests.gateway.importing.documents import endpoint

ACCOUNT = "https://api.twilio.example/2010-04-01/Accounts/AC123"
PLAIN = "https://api.example"


def places(path: str, base_url: str = PLAIN, server: str = "") -> tuple[str, str]:
    """Route and upstream."""
    parameters = [{"name": name, "in": "path", "schema": {"type": "string"}} for name in ("id", "Sid", "AccountSid")]
    found = endpoint({"parameters": parameters}, path=path, base_url=base_url, servers=[{"url": server}])
    return found["route"].removeprefix("GET "), found.get("upstream", found["route"]).removeprefix("GET ")


@pytest.mark.parametrize(
    ("path", "route", "upstream"),
    [
        ("/contacts/{id}", "/contacts/{id}", "/contacts/{id}"),
        ("/contacts.json", "/contacts", "/contacts.json"),
        ("/contacts/{id}.json", "/contacts/{id}", "/contacts/{id}.json"),
        ("/v1.0/me", "/v1.0/me", "/v1.0/me"),
        ("/contacts/{id}:cancel", "/contacts/{id}/cancel", "/contacts/{id}:cancel"),
        ("/users('{id}')/mail", "/users/{id}/mail", "/users('{id}')/mail"),
        ("/compare/{id}...{Sid}", "/compare/{id}/{Sid}", "/compare/{id}...{Sid}"),
        ("/contacts/{contact.id}", "/contacts/{contact_id}", "/contacts/{contact_id}"),
        ("/contacts/{1}", "/contacts/{p_1}", "/contacts/{p_1}"),
    ],
)
def test_a_route_has_whole_segments_and_no_suffix(path: str, route: str, upstream: str) -> None:
    assert places(path) == (route, upstream)


@pytest.mark.parametrize(
    ("path", "server", "base_url", "route", "upstream"),
    [
        ("/contacts", "https://api.example/v2", PLAIN, "/contacts", "/v2/contacts"),
        ("/contacts", "https://api.example/v2", f"{PLAIN}/v2", "/contacts", "/contacts"),
        ("/contacts", "https://api.example/v2", f"{PLAIN}/mirror/v2", "/contacts", "/contacts"),
        ("/contacts", "https://api.example/v2", f"{PLAIN}/v3", "/contacts", "/contacts"),
        ("/contacts", "/v2/", PLAIN, "/contacts", "/v2/contacts"),
        ("/v2/contacts", "", f"{PLAIN}/v2", "/contacts", "/contacts"),
        ("/v2/contacts", "https://api.example", PLAIN, "/v2/contacts", "/v2/contacts"),
        ("/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json", "", ACCOUNT, "/Calls/{Sid}", "/Calls/{Sid}.json"),
        ("/2010-04-01/Accounts/{AccountSid}/Calls.json", "", ACCOUNT, "/Calls", "/Calls.json"),
        ("/{AccountSid}/Calls", "", f"{PLAIN}/AC123", "/{AccountSid}/Calls", "/{AccountSid}/Calls"),
    ],
)
def test_nothing_of_the_path_is_asked_twice(path: str, server: str, base_url: str, route: str, upstream: str) -> None:
    assert places(path, base_url, server) == (route, upstream)


def test_what_base_url_says_is_no_parameter_of_callers() -> None:
    parameters = [{"name": name, "in": "path", "schema": {"type": "string"}} for name in ("AccountSid", "Sid")]
    path = "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json"

    assert list(endpoint({"parameters": parameters}, path=path, base_url=ACCOUNT)["path"]) == ["Sid"]
    assert list(endpoint({"parameters": parameters}, path=path)["path"]) == ["AccountSid", "Sid"]


@pytest.mark.parametrize("path", ["/2010-04-01/Accounts.json", "/2010-04-01/Accounts/{Sid}.json", "/2010-04-01/Other"])
def test_what_is_not_below_base_url_cannot_be_carried(path: str) -> None:
    with pytest.raises(NotCarried, match="not below `base_url`"):
        places(path, ACCOUNT)


@pytest.mark.parametrize(
    "path", ["/a?b=c", "/a#b", "/a b", "/../a", "/{a}/{a}", "/{a.b}/{a_b}", "/{{a}}", "/{a", "/a/**", "/:a"]
)
def test_a_path_that_can_be_none_of_ours_cannot_be_carried(path: str) -> None:
    with pytest.raises(NotCarried, match="its path"):
        places(path)


def test_the_variables_of_a_server_take_their_defaults() -> None:
    server = {"url": "https://api.example/{version}", "variables": {"version": {"default": "v7"}}}

    assert endpoint({}, path="/a", servers=[server])["upstream"] == "GET /v7/a"


def test_an_operation_may_have_a_server_of_its_own() -> None:
    found = endpoint({"servers": [{"url": "/own"}]}, path="/a", servers=[{"url": "/v2"}])

    assert found["upstream"] == "GET /own/a"
