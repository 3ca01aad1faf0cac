"""A browser as a script: keeps cookies, follows redirects, fills in the forms it is shown."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import httpx
import msgspec

STEPS = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Form(msgspec.Struct):
    """The first form of a page: where it goes, and what is filled in already."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = {}


class Browser:
    """One user's; `log` holds every address that it went to. `doors` lead to servers that have no socket."""

    def __init__(self, doors: Mapping[str, httpx.BaseTransport] | None = None) -> None:
        self._client = httpx.Client(trust_env=False, timeout=30, mounts=doors)
        self.log: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, url: str) -> httpx.Response:
        self.log.append(url)
        return self._client.get(url, headers={"accept": "text/html"})

    def submit(self, page: httpx.Response, **filled: str) -> httpx.Response:
        """The first form of the page, as a browser does it: with the page's origin."""
        form = form_of(page.text)
        assert form is not None, f"there is no form in {page.text}"
        target = urljoin(str(page.url), form.action or str(page.url))
        self.log.append(target)
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        site = "same-origin" if target.startswith(f"{origin}/") else "cross-site"
        headers = {"origin": origin, "sec-fetch-site": site, "accept": "text/html"}
        return self._client.request(form.method.upper(), target, data={**form.fields, **filled}, headers=headers)

    def post(self, url: str, filled: Mapping[str, str], fields: Mapping[str, str]) -> httpx.Response:
        """A form that nobody was shown, with these header fields."""
        self.log.append(url)
        return self._client.post(url, data=dict(filled), headers=dict(fields))

    def consent(self, url: str, user: str, *, until: str = "") -> httpx.Response:
        """Signs in as `user` and gives every consent; ends at a page without a form, or at a redirect to `until`."""
        page = self.get(url)
        for _ in range(STEPS):
            target = _onward(page)
            if target is not None:
                if until and target.startswith(until):
                    return page
                page = self.get(target)
            elif form_of(page.text) is None or page.status_code >= 400:
                return page
            else:
                page = self.submit(page, **({"login": user, "password": "x"} if 'name="login"' in page.text else {}))
        raise AssertionError(f"no end after {STEPS} steps: {self.log}")


def consent(url: str, user: str) -> httpx.Response:
    """With a browser of its own, from the first address to the last page."""
    with Browser() as browser:
        return browser.consent(url, user)


def form_of(html: str) -> Form | None:
    found = _Forms()
    found.feed(html)
    return found.form


def _onward(page: httpx.Response) -> str | None:
    """Where a redirect, or a page that forwards by itself, leads."""
    if page.status_code in _REDIRECTS:
        return urljoin(str(page.url), page.headers["location"])
    found = _Forms()
    found.feed(page.text)
    return None if found.forward is None else urljoin(str(page.url), found.forward)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.forward: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None:
            self.form = Form(given.get("action", ""), given.get("method", "get"), {})
        elif tag in {"input", "button"} and self.form is not None and "name" in given:
            self.form.fields.setdefault(given["name"], given.get("value", ""))
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.forward = given["content"].partition("url=")[2]
