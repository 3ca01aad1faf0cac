"""The search finds what it is for."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.secrecy.searching import leaks

SECRET = 'mark/one+"two" and three'
HIDDEN = {
    "as it is": SECRET.encode(),
    "percent-encoded": quote(SECRET, safe="").encode(),
    "in JSON": json.dumps({"x": SECRET}).encode(),
    "in hexadecimal": SECRET.encode().hex().encode(),
    **{f"in base64 behind {count}": base64.b64encode(b"x" * count + SECRET.encode() + b":yy") for count in range(4)},
    **{f"in a url behind {count}": base64.urlsafe_b64encode(b"x" * count + SECRET.encode()) for count in range(4)},
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_a_secret_is_found_in_whatever_form(text: bytes) -> None:
    assert leaks({"the mark": SECRET}, [("a log", b"before " + text + b" behind")]) == ["the mark in a log"]


def test_nothing_is_found_where_nothing_is() -> None:
    assert leaks({"the mark": SECRET}, [("a log", b"mark/one and three, " * 10)]) == []
