"""Looks for a secret in what came out, in every form that a program may have given it."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus


def forms(secret: str) -> Iterator[bytes]:
    """As it is, percent-encoded, in hexadecimal, in JSON, and in base64 wherever in a longer text it may stand."""
    raw = secret.encode()
    yield from {raw, quote(secret, safe="").encode(), quote_plus(secret).encode(), json.dumps(secret)[1:-1].encode()}
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            first, last = -(-before * 4 // 3), (before + len(raw)) // 3 * 4
            yield encode(b"\0" * before + raw)[first:last]


def leaks(secrets: Mapping[str, str], came_out: Iterable[tuple[str, bytes]]) -> list[str]:
    """Which secret stands where, one sentence each; never the secret itself."""
    wanted = [(name, form) for name, secret in secrets.items() for form in forms(secret)]
    return sorted({f"{name} in {where}" for where, text in came_out for name, form in wanted if form in text})
