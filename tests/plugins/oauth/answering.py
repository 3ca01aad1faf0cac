"""One user's browser in front of a house, step by step, where the provider's side is played by the test."""

import html
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

from tests.plugins.oauth.house import CALLBACK, House
from tests.provider import Browser

CODE = "a-code-of-the-provider"
COOKIE = "__Host-gateway-connect"


class Begun(msgspec.Struct, frozen=True):
    """Where the gateway sends the browser: `asked` is the query of that address."""

    url: str
    asked: Mapping[str, str]

    @property
    def state(self) -> str:
        return self.asked["state"]


def begun(browser: Browser, link: str) -> Begun:
    """Opens a link, and presses the button."""
    page = browser.submit(browser.get(link))
    assert page.status_code == 200, page.text
    url = html.unescape(page.text.partition("0; url=")[2].partition('"')[0])
    query = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    return Begun(url, {name: values[0] for name, values in query.items() if len(values) == 1})


def back(browser: Browser, **query: str) -> httpx.Response:
    """As the provider sends it back; without `state` or `code` where they are empty."""
    asked = {"code": CODE, **query}
    url = httpx.URL(CALLBACK, params={name: value for name, value in asked.items() if value})
    return browser.get(str(url))


def brought(browser: Browser, house: House, user: str = "ann", **query: str) -> httpx.Response:
    """All of it: from a new link to the last page."""
    return back(browser, state=begun(browser, house.link(user)).state, **query)


def browser_of(house: House) -> Browser:
    return Browser(house.doors)


def refused(answer: httpx.Response, title: str) -> bool:
    return answer.status_code >= 400 and f"<h1>{title}</h1>" in answer.text


def connections(house: House) -> int:
    return len(house.run(house.kit.stored.connections.every()))
