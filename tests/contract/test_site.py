"""What the gateway serves about itself: documents, pages, health; each method answered as RFC 9110 has it."""

import json
import re

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.app import Application
from gateway.explanations import problem_page
from gateway.openapi import Entry
from gateway.openapi.problems import problems
from gateway_policies.errors_verdict import TEXTS
from tests.contract.asking import PUBLIC_URL, application, ask

PATHS = [
    "/livez",
    "/readyz",
    "/health",
    "/openapi.json",
    "/docs",
    "/docs/docs.js",
    "/docs/swagger-ui.css",
    "/problems/",
    "/problems/circuit-open",
    "/.well-known/api-catalog",
]


@pytest.fixture(scope="module")
def gateway() -> Application:
    return application()


def _carries_its_name_once(answer: httpx.Response) -> bool:
    return answer.headers.get_list("x-correlation-id") == ["c-1"]


def _asked(gateway: Application, method: str, path: str, **headers: str) -> httpx.Response:
    return ask(gateway, method, path, headers={"x-correlation-id": "c-1", **headers})


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(gateway: Application, path: str) -> None:
    whole, bare = _asked(gateway, "GET", path), _asked(gateway, "HEAD", path)

    assert (whole.status_code, bare.status_code) == (200, 200)
    assert whole.content
    assert bare.content == b""
    assert dict(bare.headers) == dict(whole.headers)
    assert _carries_its_name_once(bare)
    assert whole.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_options_tells_what_a_path_accepts(gateway: Application, path: str) -> None:
    answer = _asked(gateway, "OPTIONS", path)

    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert _carries_its_name_once(answer)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_any_other_method_is_told_which_there_are(gateway: Application, path: str, method: str) -> None:
    answer = _asked(gateway, method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json()["type"] == f"{PUBLIC_URL}/problems/method-not-allowed"
    assert answer.json()["correlation_id"] == "c-1"
    assert _carries_its_name_once(answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "TRACE"])
@pytest.mark.parametrize("path", ["/nowhere", "/livez/x", "/docs/docs.html", "/api/v1/nobody", "/"])
def test_what_is_not_there_is_not_there_for_any_method(gateway: Application, method: str, path: str) -> None:
    answer = _asked(gateway, method, path)

    assert answer.status_code in ({404, 204, 405} if path == "/docs/docs.html" else {404})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert _carries_its_name_once(answer)


def test_endpoints_keep_the_same_rules(gateway: Application) -> None:
    path = "/api/v1/vapi/assistants"

    assert _asked(gateway, "OPTIONS", path).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert _asked(gateway, "TRACE", path).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert _asked(gateway, "HEAD", path).content == b""
    for method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        assert _carries_its_name_once(_asked(gateway, method, path))


def test_the_document_is_openapi_and_no_type_is_guessed(gateway: Application) -> None:
    answer = _asked(gateway, "GET", "/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    OpenAPIV31SpecValidator(answer.json()).validate()


def test_the_catalog_leads_to_the_document_and_its_page(gateway: Application) -> None:
    answer = _asked(gateway, "GET", "/.well-known/api-catalog")

    (link,) = answer.json()["linkset"]
    assert answer.headers["content-type"] == "application/linkset+json"
    for relation in ("service-desc", "service-doc"):
        address = link[relation][0]["href"].removeprefix(PUBLIC_URL)
        assert _asked(gateway, "GET", address).headers["content-type"].startswith(link[relation][0]["type"])


def test_the_page_of_the_document_asks_nobody_else(gateway: Application) -> None:
    page = _asked(gateway, "GET", "/docs")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"(?:https?:)?//", page.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if not address.startswith("data:"):
            assert _asked(gateway, "GET", f"/{address}").status_code == 200


def test_every_problem_that_can_occur_has_its_page(gateway: Application) -> None:
    entries = [Entry.of(plan.operation, plan.policies) for plan in gateway.plans.endpoints]
    slugs = {slug for entry in entries for told in problems(entry, keyless=True).values() for slug in told}
    pages = {slug: ask(gateway, "GET", f"/problems/{slug}") for slug in slugs}

    assert len(slugs) > 40
    assert {slug for slug, page in pages.items() if page.status_code != 200} == set()
    assert all(page.json()["slug"] == slug and page.json()["title"] for slug, page in pages.items())


def test_the_document_names_no_problem_without_a_page(gateway: Application) -> None:
    text = json.dumps(ask(gateway, "GET", "/openapi.json").json())
    slugs = set(re.findall(rf"{PUBLIC_URL}/problems/([a-z0-9-]+)", text))

    assert {slug for slug in slugs if ask(gateway, "GET", f"/problems/{slug}").status_code != 200} == set()


def test_what_a_vendor_refuses_is_explained_in_the_words_that_callers_get(gateway: Application) -> None:
    told = {slug: ask(gateway, "GET", f"/problems/{slug}").json()["title"] for slug, _, _ in TEXTS.values()}

    assert told == {slug: title for slug, _, title in TEXTS.values()}


def test_a_problem_of_the_config_is_explained_in_its_words(gateway: Application) -> None:
    told = ask(gateway, "GET", "/problems/main-assistant-missing").json()

    assert (told["title"], told["statuses"]) == ("The main assistant is missing", [502])
    assert told["details"] == ["Tell whoever runs this gateway that VAPI_ASSISTANT_ID names no assistant."]
    assert told["endpoints"] == ["vapi.get_settings", "vapi.update_settings"]


def test_people_get_a_page_and_no_script_can_run_in_it(gateway: Application) -> None:
    page = ask(gateway, "GET", "/problems/upstream-unreachable", headers={"accept": "text/html,*/*;q=0.8"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<h1>The vendor cannot be reached</h1>" in page.text
    assert "status 502, 504" in page.text
    assert "Accept" in page.headers["vary"].split(", ")


def test_a_problem_is_explained_in_the_words_of_its_page(gateway: Application) -> None:
    found = problem_page("circuit-open")
    assert found is not None
    told = ask(gateway, "GET", "/problems/circuit-open").json()
    page = ask(gateway, "GET", "/problems/circuit-open", headers={"accept": "text/html"}).text

    assert told["text"] == found.text
    assert "<h2>What to do as a caller</h2>" in page
    assert "<code>Retry-After</code>" in page
    assert page.count("<h1>") == 1


def test_a_problem_of_the_config_has_a_page_of_its_words(gateway: Application) -> None:
    page = ask(gateway, "GET", "/problems/main-assistant-missing", headers={"accept": "text/html"}).text

    assert "<p>Tell whoever runs this gateway that VAPI_ASSISTANT_ID names no assistant.</p>" in page
    assert "<li><code>vapi.get_settings</code></li>" in page


@pytest.mark.parametrize("path", ["/problems", "/problems/"])
def test_all_problems_are_listed_and_each_entry_leads_to_its_page(gateway: Application, path: str) -> None:
    listed = ask(gateway, "GET", path).json()
    page = ask(gateway, "GET", path, headers={"accept": "text/html"}).text

    assert {one["slug"] for one in listed} >= {"circuit-open", "main-assistant-missing"}
    for address in re.findall(r'<a href="\.\.(/problems/[^"]+)"', page):
        assert ask(gateway, "GET", address).status_code == 200
    assert page.count("<a ") == len(listed)


def test_the_pages_of_problems_ask_for_nothing_but_their_own_sheet(gateway: Application) -> None:
    page = ask(gateway, "GET", "/problems/circuit-open", headers={"accept": "text/html"})

    assert "unsafe" not in page.headers["content-security-policy"]
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == ["../docs/page.css"]
    assert ask(gateway, "GET", "/docs/page.css").headers["content-type"].startswith("text/css")


def test_a_problem_that_nobody_knows_has_no_page(gateway: Application) -> None:
    assert ask(gateway, "GET", "/problems/bad-luck").status_code == 404


def test_the_document_is_packed_for_who_can_unpack_it(gateway: Application) -> None:
    plain = _asked(gateway, "GET", "/openapi.json", **{"accept-encoding": "identity"})
    packed = _asked(gateway, "GET", "/openapi.json", **{"accept-encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert len(packed.headers.get_list("x-content-type-options")) == 1
    assert packed.json() == plain.json()
