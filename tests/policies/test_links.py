"""Cursors: opaque to callers, the same for the same page, good for one endpoint alone."""

import base64

import pytest

from gateway.errors import NoSuchPage
from gateway_policies.links import Cursors
from tests.kit import operation

TARGET = "/contacts?page=2&api_key=hunter2"
KEY = b"k" * 32


def cursors(key: bytes = KEY, **fields: str) -> Cursors:
    return Cursors(operation(**fields), key)


def test_a_cursor_opens_to_what_was_sealed() -> None:
    assert cursors().opened(cursors().sealed(TARGET)) == TARGET


def test_nobody_can_read_what_is_inside() -> None:
    sealed = cursors().sealed(TARGET)

    assert b"hunter2" not in base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))


def test_the_same_page_is_the_same_cursor() -> None:
    assert cursors().sealed(TARGET) == cursors().sealed(TARGET)


@pytest.mark.parametrize("other", [cursors(name="other"), cursors(key=b"x" * 32)])
def test_a_cursor_of_another_endpoint_or_gateway_leads_nowhere(other: Cursors) -> None:
    with pytest.raises(NoSuchPage):
        cursors().opened(other.sealed(TARGET))


@pytest.mark.parametrize("made_up", ["", "A", "A" * 23, "A" * 500, "*", "é"])
def test_a_cursor_that_was_made_up_leads_nowhere(made_up: str) -> None:
    with pytest.raises(NoSuchPage):
        cursors().opened(made_up)


def test_a_cursor_with_one_letter_changed_leads_nowhere() -> None:
    sealed = cursors().sealed(TARGET)
    changed = sealed[:5] + ("A" if sealed[5] != "A" else "B") + sealed[6:]

    with pytest.raises(NoSuchPage):
        cursors().opened(changed)
