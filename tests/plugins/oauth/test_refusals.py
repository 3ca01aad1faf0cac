"""A provider that says no, says it badly or says it for somebody else: the user reads what helps, and only text."""

from html.parser import HTMLParser

import msgspec
import pytest

from gateway.contract import Catalog
from gateway_oauth.refusals import refusal, said
from tests.plugins.oauth.answering import back, begun, brought, browser_of, connections, refused
from tests.plugins.oauth.dealing import Provided
from tests.plugins.oauth.house import House, catalog, provider

EVIL = "https://evil.example"
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>here</a>",
    "&lt;b&gt; &#60;b&#62;",
    "\u202etxt\x1b[31m\x00\u2028",
]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.seen.add(tag)


@pytest.fixture
def served() -> Catalog:
    """Two providers beside `acme`: one that names its issuer, and one that somebody else runs."""
    return catalog(
        named=provider(authorize="https://named.example/authorize", issuer="https://issuer.named.example"),
        evil=provider(authorize=f"{EVIL}/authorize", token=f"{EVIL}/token"),
    )


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize("field", ["error", "error_description"])
def test_what_a_provider_says_is_text_and_nothing_else(house: House, field: str, text: str) -> None:
    with browser_of(house) as browser:
        page = brought(browser, house, code="", **{"error": "access_denied", field: text})

    tags = Tags()
    tags.feed(page.text)
    assert page.status_code in {400, 403}
    assert tags.seen == {"html", "head", "meta", "title", "style", "body", "main", "h1", "p"}
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


def test_a_long_speech_is_cut() -> None:
    assert len(said("access_denied", "no " * 5000).text) < 600


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ("access_denied", "You did not give your consent"),
        ("temporarily_unavailable", "The provider cannot do that at the moment"),
        ("server_error", "The provider failed"),
        ("invalid_scope", "The provider refused"),
        ("something_new", "The provider refused"),
    ],
)
def test_each_error_has_a_page_that_says_what_to_do(house: House, error: str, title: str) -> None:
    with browser_of(house) as browser:
        page = brought(browser, house, code="", error=error, error_description="because")

    assert refused(page, title)
    assert f"It says: {error}: “because”" in page.text
    assert connections(house) == 0


def test_an_error_without_a_flow_is_not_shown_as_the_providers(house: House) -> None:
    with browser_of(house) as browser:
        page = back(browser, state="x" * 43, code="", error="access_denied", error_description="call 555-EVIL")

    assert refused(page, "This answer belongs to nothing that was begun")
    assert "555-EVIL" not in page.text


@pytest.mark.parametrize(
    ("which", "title"), [("down", "The provider does not answer"), ("broken", "The provider's answer cannot be used")]
)
def test_tokens_that_do_not_come_leave_nothing_behind(house: House, provided: Provided, which: str, title: str) -> None:
    provided.handed = refusal(which)
    with browser_of(house) as browser:
        page = brought(browser, house)

    assert title.replace("'", "&#x27;") in page.text
    assert page.status_code >= 500
    assert connections(house) == 0


@pytest.mark.parametrize(
    "issuer", ["https://issuer.named.example/", "https://ISSUER.named.example", "https://named.example", EVIL, ""]
)
def test_a_named_issuer_has_to_be_said_letter_by_letter(house: House, provided: Provided, issuer: str) -> None:
    with browser_of(house) as browser:
        state = begun(browser, house.link(provider="named")).state
        assert refused(back(browser, state=state, iss=issuer), "The answer came from somebody else")

    assert provided.codes == []


def test_the_named_issuer_is_taken(house: House) -> None:
    with browser_of(house) as browser:
        state = begun(browser, house.link(provider="named")).state
        assert back(browser, state=state, iss="https://issuer.named.example").status_code == 200


def test_an_error_of_another_issuer_is_not_believed_either(house: House) -> None:
    with browser_of(house) as browser:
        state = begun(browser, house.link(provider="named")).state
        page = back(browser, state=state, code="", error="access_denied", iss=EVIL)

    assert refused(page, "The answer came from somebody else")


@pytest.mark.parametrize(
    "issuer", [EVIL, "http://login.example", "https://login.example:444", "https://login.example.evil.example", "x", "https://[::"]
)  # fmt: skip
def test_where_none_is_named_what_is_said_has_to_be_where_the_consent_page_is(house: House, issuer: str) -> None:
    with browser_of(house) as browser:
        assert refused(brought(browser, house, iss=issuer), "The answer came from somebody else")


@pytest.mark.parametrize("issuer", ["https://login.example", "https://login.example:443/tenant/v2"])
def test_an_issuer_at_the_consent_page_is_taken(house: House, issuer: str) -> None:
    with browser_of(house) as browser:
        assert brought(browser, house, iss=issuer).status_code == 200


def test_a_mix_up_brings_no_code_to_the_other_provider(house: House, provided: Provided) -> None:
    """The user begins at an evil provider, which sends him on to an honest one; its code comes to the evil's state."""
    with browser_of(house) as browser:
        state = begun(browser, house.link(provider="evil")).state
        page = back(browser, state=state, code="the-honest-one's", iss="https://login.example")

    assert refused(page, "The answer came from somebody else")
    assert provided.codes == []


def test_a_provider_that_was_taken_out_of_the_config_connects_nobody(house: House, served: Catalog) -> None:
    link, begun_before = house.link(provider="evil"), house.link(provider="evil")
    with browser_of(house) as browser:
        state = begun(browser, begun_before).state
        del served.providers["evil"]  # type: ignore[attr-defined] # a test's own dict
        assert refused(browser.get(link), "This provider is not used here any more")
        assert refused(back(browser, state=state), "This provider is not used here any more")


def test_a_gateway_that_is_not_registered_says_so_before_anybody_leaves(house: House, served: Catalog) -> None:
    nameless = msgspec.structs.replace(served.providers["acme"].client, id="")
    unregistered = msgspec.structs.replace(served.providers["acme"], client=nameless)
    link = house.link()
    house.what = msgspec.structs.replace(served, providers={"acme": unregistered})

    with browser_of(house) as browser:
        page = browser.get(link)
        assert refused(browser.submit(page), "This gateway is not registered with the provider yet")
