"""A user comes back to listed addresses; the usual ways around such a list lead nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_oauth.returning import may_return
from tests.plugins.oauth.answering import back, begun, browser_of
from tests.plugins.oauth.dealing import Provided, handed
from tests.plugins.oauth.house import RETURN_TO, House

LISTED = ("https://app.example/connected", "https://other.example", "http://localhost:3000/done/")

GOOD = [
    "https://app.example/connected",
    "https://app.example/connected/",
    "https://app.example/connected/again",
    "https://app.example/connected?next=%2Fhome&x=https://evil.example",
    "https://app.example:443/connected#top",
    "https://APP.example/connected",
    "https://other.example",
    "https://other.example/anywhere",
    "https://other.example?x=1",
    "http://localhost:3000/done",
    "http://localhost:3000/done/it",
]
BAD = [
    "",
    "/connected",
    "//app.example/connected",
    "///evil.example",
    "https:app.example/connected",
    "https:/app.example/connected",
    "https:///app.example/connected",
    "http://app.example/connected",
    "https://app.example",
    "https://app.example/",
    "https://app.example/connectedevil",
    "https://app.example/connected/../admin",
    "https://app.example/connected/..",
    "https://app.example/connected/./../x",
    "https://app.example/connected/%2e%2e/admin",
    "https://app.example/connected/%2E./admin",
    "https://app.example/connected%2f..%2fadmin",
    "https://app.example/connected\\..\\admin",
    "https://app.example/connected%5c..%5cadmin",
    "https://app.example/Connected",
    "https://app.example/%63onnected",
    "https://app.example:444/connected",
    "https://app.example:80/connected",
    "https://app.example:/connected@evil.example",
    "https://app.example.evil.example/connected",
    "https://app.example.:443/connected",
    "https://app.example%2eevil.example/connected",
    "https://app.example%00.evil.example/connected",
    "https://app.example\\@evil.example/connected",
    "https://app.example@evil.example/connected",
    "https://app.example:x@evil.example/connected",
    "https://user@app.example/connected",
    "https://user:password@app.example/connected",
    "https://evil.example/https://app.example/connected",
    "https://evil.example?https://app.example/connected",
    "https://evil.example#https://app.example/connected",
    "https://evil.example/connected",
    "https://evilapp.example/connected",
    "https://sub.app.example/connected",
    "https://\u0430pp.example/connected",
    "https://app.example\uff0fconnected",
    "https://app\u3002example/connected",
    "https://\uff41pp.example/connected",
    "https://[::1]/connected",
    "https://[::",
    "https://app.example:99999/connected",
    "https://app.example:port/connected",
    "http://localhost/done",
    "http://localhost:3001/done",
    "http://127.0.0.1:3000/done",
    "javascript:alert(1)",
    "javascript://app.example/connected%0aalert(1)",
    "data:text/html,https://app.example/connected",
    "ftp://app.example/connected",
    " https://app.example/connected",
    "https://app.example/connected ",
    "https://app.example/connected\n",
    "https://app.example/connected\r\nset-cookie: x=1",
    "https://app.example/connected\t/../x",
    "ht\ntps://app.example/connected",
    "https://app.example\t.evil.example/connected",
    "https://app.example/connected\x00",
    "https://app.example/connected%0d%0ax",
    "https://app.example/connected/<script>",
    'https://app.example/connected/"x',
    "https://app.example/connected?x=" + "x" * 3000,
    "HTTPS://evil.example",
]


@pytest.mark.parametrize("target", GOOD)
def test_a_listed_address_and_what_lies_below_it_is_taken(target: str) -> None:
    assert may_return(target, LISTED)


@pytest.mark.parametrize("target", BAD)
def test_what_only_looks_like_one_is_not(target: str) -> None:
    assert not may_return(target, LISTED)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://app.example", "https://app.example/connected"]))
def test_whatever_is_written_it_never_fails_and_never_leaves_the_origin(text: str, before: str) -> None:
    target = before + text
    if may_return(target, LISTED[:1]):
        assert target.lower().startswith("https://app.example")
        assert target[len("https://app.example") :][:1] in {"/", ":"}


def test_without_a_list_nobody_is_sent_anywhere() -> None:
    assert not may_return("https://app.example/connected", ())


@pytest.mark.parametrize("target", ["https://evil.example", "https://app.example/connected/../x", "//evil.example"])
def test_no_link_is_made_that_would_lead_elsewhere(house: House, target: str) -> None:
    with house.caller(user="ann") as caller:
        answer = caller.post("/connect-links", json={"provider": "acme", "return_to": target})

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "foreign-origin")


def test_the_user_is_sent_back_and_the_page_that_he_comes_from_is_not_told(house: House) -> None:
    target = f"{RETURN_TO[0]}?for=ann"
    with browser_of(house) as browser:
        answer = back(browser, state=begun(browser, house.link(return_to=target)).state)

    assert (answer.status_code, answer.headers["location"]) == (303, target)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_with_something_missing_he_reads_of_it_first(house: House, provided: Provided) -> None:
    provided.handed = handed()
    with browser_of(house) as browser:
        answer = back(browser, state=begun(browser, house.link(return_to=RETURN_TO[0])).state)

    assert answer.status_code == 200
    assert f'<a href="{RETURN_TO[0]}">Back to the application</a>' in answer.text


def test_a_list_that_was_shortened_meanwhile_holds(house: House) -> None:
    with browser_of(house) as browser:
        state = begun(browser, house.link(return_to=RETURN_TO[0])).state
        house.allow_return()
        answer = back(browser, state=state)

    assert answer.status_code == 200
    assert RETURN_TO[0] not in answer.text
