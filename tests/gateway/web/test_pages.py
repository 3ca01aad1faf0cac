"""Pages that a policy adds to the admin listener."""

import asyncio
from pathlib import Path

import httpx
import msgspec

from gateway import Call, Handler, Kit, Page, Policy, Reply
from gateway.app import Application
from gateway.launch import Launch
from gateway.registry import Registry

FILE = """
version: 1
integrations:
  crm:
    base_url: https://crm.example
    endpoints: {list_things: {route: GET /things}}
"""


def _echo(kit: Kit) -> Handler:
    async def echo(call: Call) -> Reply:
        heard = {"name": call.path.get("name"), "query": call.query, "payload": msgspec.to_builtins(call.payload)}
        return Reply(200, ((b"content-type", b"application/json"),), msgspec.json.encode(heard))

    return echo


PAGES = (Page(method="POST", path="/admin/echo/{name}", summary="Says what it heard.", build=_echo),)


def asked(tmp_path: Path, body: str, path: str = "/admin/echo/a%2Fb?x=1", method: str = "POST") -> httpx.Response:
    file = tmp_path / "integrations.yaml"
    file.write_text(FILE)
    policy = Policy(name="echo", settings=None, build=lambda settings, site, kit: {}, pages=PAGES)
    application = Application(Launch(config=file, environ={}), Registry((policy,), ()))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application.admin)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as client:
            return await client.request(method, path, content=body)

    return asyncio.run(ask())


def test_a_page_hears_path_query_and_payload(tmp_path: Path) -> None:
    answer = asked(tmp_path, '{"why": "tests"}')

    assert answer.status_code == 200
    assert answer.json() == {"name": "a/b", "query": [["x", "1"]], "payload": {"why": "tests"}}


def test_a_page_refuses_what_is_no_json(tmp_path: Path) -> None:
    answer = asked(tmp_path, "{")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"in": "body", "detail": "this is no JSON"}]


def test_another_method_is_told_what_is_allowed(tmp_path: Path) -> None:
    assert asked(tmp_path, "", method="DELETE").headers["allow"] == "OPTIONS, POST"
