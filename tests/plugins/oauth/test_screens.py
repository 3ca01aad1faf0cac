"""The pages can be read by anybody, aloud too, and trust nobody: no script, no frame, no other site, no store."""

import base64
import hashlib
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from gateway.stored import Key
from gateway_oauth.screens import cookie_field, cookie_name, cookie_of
from tests.plugins.oauth.answering import COOKIE, back, begun, brought, browser_of
from tests.plugins.oauth.dealing import Provided, handed
from tests.plugins.oauth.house import House
from tests.plugins.oauth.window import window


class Outline(HTMLParser):
    """What a page is made of: attributes by tag, and text by the tag it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"meta", "input", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "what was opened last is closed first"

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [fields for name, fields in self.tags if name == tag]


@pytest.fixture
def pages(house: House, provided: Provided) -> Iterator[dict[str, httpx.Response]]:
    """One of each kind."""
    with browser_of(house) as browser:
        link = house.link()
        consent = browser.get(link)
        forwarding = browser.submit(consent)
        connected = brought(browser, house)
        provided.handed = handed("calendar.events")
        lacking = brought(browser, house)
        yield {
            "consent": consent,
            "forwarding": forwarding,
            "connected": connected,
            "lacking": lacking,
            "refused": browser.get(link),
            "said": brought(browser, house, code="", error="access_denied"),
        }


def test_each_page_has_a_language_a_title_one_heading_and_a_main_part(pages: dict[str, httpx.Response]) -> None:
    for name, page in pages.items():
        outline = Outline(page.text)
        assert outline.all("html") == [{"lang": "en"}], name
        assert len(outline.all("h1")) == len(outline.all("title")) == len(outline.all("main")) == 1, name
        assert outline.texts["h1"] == outline.texts["title"], name
        assert {"charset": "utf-8"} in outline.all("meta"), name
        assert [fields for fields in outline.all("meta") if fields.get("name") == "viewport"], name


def test_what_can_be_pressed_says_what_it_does_and_what_is_typed_has_a_label(pages: dict[str, httpx.Response]) -> None:
    outline = Outline(pages["consent"].text)

    assert outline.texts["button"] == ["Continue to Acme"]
    assert [fields["type"] for fields in outline.all("input")] == ["hidden"]
    assert Outline(pages["forwarding"].text).texts["a"] == ["Continue to Acme"]


def test_colours_are_far_enough_apart(pages: dict[str, httpx.Response]) -> None:
    """At least 4.5 to 1, as WCAG 2.2 asks for text (1.4.3)."""
    style = "".join(Outline(pages["consent"].text).texts["style"])
    for front, behind in (
        ("#1c1e21", "#ffffff"),
        ("#1c1e21", "#f3f4f6"),
        ("#4a4f57", "#ffffff"),
        ("#0b57d0", "#ffffff"),
    ):
        assert front in style
        assert behind in style
        assert contrast(front, behind) >= 4.5
    assert {*re.findall(r"#[0-9a-f]{6}", style)} == {"#1c1e21", "#ffffff", "#f3f4f6", "#4a4f57", "#0b57d0"}


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_consent_page_names_who_asks_for_whom_what_and_where_it_leads(house: House) -> None:
    key = Key(id="crm", digest=b"", name="Sales <desk>", scopes=("act-as",), created_at=0.0)
    house.run(house.kit.stored.keys.add(key))
    with browser_of(house) as browser:
        text = browser.get(house.link("ann & co")).text

    assert "<strong>Sales &lt;desk&gt;</strong> asks to connect your account at Acme" in text
    assert "with its user <strong>ann &amp; co</strong>" in text
    assert "<li>Acme Calendar</li>\n<li>Acme Mail</li>" in text
    assert "<li><code>calendar.events</code></li>\n<li><code>mail.send</code></li>" in text
    assert "login.example" in text


def test_no_page_trusts_anybody(pages: dict[str, httpx.Response]) -> None:
    for name, page in pages.items():
        outline, policy = Outline(page.text), page.headers["content-security-policy"]
        style = page.text.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert not outline.all("script"), name
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'"), name
        assert "frame-ancestors 'none'" in policy, name
        assert "base-uri 'none'" in policy, name
        assert policy.endswith("form-action 'self'" if name == "consent" else "form-action 'none'"), name
        assert page.headers["cache-control"] == "no-store", name
        assert page.headers["x-content-type-options"] == "nosniff", name
        assert page.headers["referrer-policy"] == ("same-origin" if name == "consent" else "no-referrer"), name


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(house: House) -> None:
    with browser_of(house) as browser:
        field = browser.get(house.link()).headers["set-cookie"]

    name, *rules = field.split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {*rules} == {"Path=/", "Max-Age=1200", "HttpOnly", "SameSite=Lax", "Secure"}


def test_without_https_the_cookie_has_a_name_that_promises_less() -> None:
    assert cookie_name("http://127.0.0.1:8000") == "gateway-connect"
    assert "Secure" not in cookie_field("x", "http://127.0.0.1:8000").decode()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"__Host-gateway-connect=abc", "abc"),
        (b"a=b;  __Host-gateway-connect=abc ; c=d", "abc"),
        (b"gateway-connect=abc", None),
        (b"x__Host-gateway-connect=abc", None),
        (b"__Host-gateway-connect=a; __Host-gateway-connect=b", None),
        (b"\xff", None),
        (b"", None),
        (None, None),
    ],
)
def test_one_cookie_of_ours_is_found_and_two_are_none(header: bytes | None, found: str | None) -> None:
    assert cookie_of(header, "https://gateway.test") == found


def test_a_browser_keeps_its_cookie_and_a_strange_one_is_replaced(house: House) -> None:
    with browser_of(house) as browser:
        browser.get(house.link())
        first = browser.cookies[COOKIE]
        browser.get(house.link())
        assert browser.cookies[COOKIE] == first
        browser.cookies.set(COOKIE, "planted", domain="gateway.test", path="/")
        answer = browser.get(house.link())

    assert re.match(rf"{COOKIE}=[A-Za-z0-9_-]{{43}};", answer.headers["set-cookie"])
    assert first not in answer.headers["set-cookie"]


def test_head_and_another_method_are_answered_as_everywhere(house: House) -> None:
    with browser_of(house) as browser, house.caller() as plain:
        link = house.link()
        assert plain.head(link).content == b""
        assert plain.delete(link).status_code == 405
        assert browser.get(link).status_code == 200


def test_a_real_browser_shows_it_and_has_nothing_to_complain_of(house: House, tmp_path: Path) -> None:
    link = house.link()
    with window(house) as address:
        shown = link.replace("https://gateway.test", address)
        picture = tmp_path / "consent.png"
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        command += ["--enable-logging=stderr", f"--user-data-dir={tmp_path}", f"--screenshot={picture}", shown]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert picture.stat().st_size > 10_000


def test_the_way_back_is_as_careful_as_the_way_there(house: House) -> None:
    with browser_of(house) as browser:
        page = back(browser, state=begun(browser, house.link()).state)

    assert "set-cookie" not in page.headers
    assert "location" not in page.headers
