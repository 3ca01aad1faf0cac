"""A gateway that runs: what it says of its config, asked at its admin address."""

import os
from typing import Any, NoReturn, TypeVar
from urllib.error import HTTPError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import msgspec

from gateway.cli.reporting import refuse
from gateway.rendering import Rendered

_PATIENCE = 10.0
_ASKS_FOR_A_KEY = frozenset({401, 403})

T = TypeVar("T")


def admin_address() -> str:
    """Where `gateway serve` listens for those who run it, in this environment."""
    return f"http://{os.environ.get('GATEWAY_ADMIN_BIND') or '127.0.0.1:8001'}"


def key_field() -> dict[str, str]:
    """What lets into an admin address that asks for a key."""
    key = os.environ.get("GATEWAY_ADMIN_KEY")
    return {"Authorization": f"Bearer {key}"} if key else {}


def config_of(address: str) -> Rendered:
    """Its places are told as those of what runs: the file may be another one by now."""
    rendered = _decoded(_asked(address, "/admin/config/resolved"), Rendered, address)
    origins = {pointer: f"running:{origin}" for pointer, origin in rendered.origins.items()}
    return msgspec.structs.replace(rendered, origins=origins)


def document_of(address: str) -> dict[str, Any]:
    """The admin address has it, and so has the address for callers."""
    return _decoded(_asked(address, "/admin/openapi.json", "/openapi.json"), dict[str, Any], address)


def answer_of(address: str, path: str, kind: type[T]) -> T | None:
    """What a page of its admin address says; None where it has no such thing."""
    said = _get(address, path)
    return None if said is None else _decoded(said, kind, address)


def _decoded(answer: bytes, kind: type[T], address: str) -> T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # somebody else answers there
        _refuse_stranger(address)


def _asked(address: str, *paths: str) -> bytes:
    """The first answer that is one."""
    for path in paths:
        if (answer := _get(address, path)) is not None:
            return answer
    return _refuse_stranger(address)


def _refuse_stranger(address: str) -> NoReturn:
    refuse(f"{address} is not the admin address of a gateway: `gateway serve` says where that is")


def _get(address: str, path: str) -> bytes | None:
    """None where somebody answers who does not have it."""
    try:
        request = Request(address.rstrip("/") + path, headers=key_field())  # noqa: S310 - what the operator names
        with _direct().open(request, timeout=_PATIENCE) as answer:
            return bytes(answer.read())
    except HTTPError as refused:
        refused.close()
        if refused.code in _ASKS_FOR_A_KEY:
            refuse(f"{address} asks for a key with the scope `admin`: set GATEWAY_ADMIN_KEY")
        return None
    except (OSError, ValueError) as silent:
        reason = str(getattr(silent, "reason", silent))
    return refuse(
        f"no gateway answers at {address} ({reason}): start it with `gateway serve`, or name its admin address"
    )


def _direct() -> OpenerDirector:
    """Never through a proxy: the admin address is on this machine, or next to it."""
    return build_opener(ProxyHandler({}))
