"""The check that other tests rely on finds what is wrong, and nothing else."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from gateway.app import Application
from tests.contract.asking import application, ask
from tests.contract.documented import assert_documented, undocumented

PATH = "/api/v1/vapi/assistants"
ONE = f"{PATH}/3f1c9a52-7d8e-4b06-9c34-5a1e2f7b8d90"


@pytest.fixture(scope="module")
def gateway() -> Application:
    return application()


@pytest.fixture(scope="module")
def document(gateway: Application) -> Mapping[str, Any]:
    found: Mapping[str, Any] = ask(gateway, "GET", "/openapi.json").json()
    return found


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", PATH, {}),
        ("HEAD", PATH, {}),
        ("GET", ONE, {}),
        ("GET", f"{PATH}/no-uuid", {}),
        ("GET", f"{PATH}?limit=0", {}),
        ("POST", PATH, {"content": b"{", "headers": {"content-type": "application/json"}}),
        ("POST", PATH, {"content": b"{}", "headers": {"content-type": "text/plain"}}),
        ("POST", PATH, {"json": {"name": "Reception"}}),
        ("DELETE", ONE, {}),
        ("PATCH", ONE, {"json": {"name": "Reception"}}),
        ("DELETE", "/api/v1/twilio/phone-numbers/PN2a0747eba6abf96b7e3c3ff0b4530f6e", {}),
        ("GET", "/api/v1/twilio/messages?cursor=ABCDEFGHIJKLMNOPQRSTUVWXYZ", {}),
        *(
            ("GET", "/api/v1/microsoft/me", {"headers": {"gateway-stub-scenario": scenario}})
            for scenario in ("error", "rate_limited", "reset", "invalid_grant", "nonsense")
        ),
    ],
)
def test_what_the_gateway_answers_is_documented(
    gateway: Application, document: Mapping[str, Any], method: str, path: str, options: Mapping[str, Any]
) -> None:
    assert_documented(document, method, path, ask(gateway, method, path, **options))


def _spoilt(answer: httpx.Response, **changed: Any) -> httpx.Response:
    told: dict[str, Any] = {"status_code": answer.status_code, "headers": answer.headers, "content": answer.content}
    return httpx.Response(**{**told, **changed})


def test_what_is_not_documented_is_found(gateway: Application, document: Mapping[str, Any]) -> None:
    answer = ask(gateway, "GET", PATH)
    nameless = [(name, value) for name, value in answer.headers.multi_items() if name != "x-correlation-id"]

    def found(**changed: Any) -> list[str]:
        return undocumented(document, "GET", PATH, _spoilt(answer, **changed))

    assert found() == []
    assert found(status_code=299) == ["no such status"]
    assert found(content=b'[{"id": 7}]') != []
    assert found(headers={**answer.headers, "content-type": "text/plain"}) != []
    assert found(headers={**answer.headers, "set-cookie": "a=b"}) == ["header set-cookie is not told of"]
    assert found(headers=nameless) == ["header x-correlation-id is missing"]
    assert undocumented(document, "GET", "/api/v1/nobody", answer) == ["no such operation"]
    assert undocumented(document, "PUT", PATH, answer) == ["no such operation"]
