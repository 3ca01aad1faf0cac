"""Cursors: opaque to callers, the same for the same page, good for one endpoint alone."""

import base64
from typing import Any

import pytest

from gateway import Call, Caller, Trail
from gateway.errors import NoSuchPage
from gateway_policies.links import Cursors
from tests.kit import call, operation

TARGET = "/contacts?page=2&api_key=hunter2"
KEY = b"k" * 32


def asked(path: dict[str, str] | None = None, user: str | None = "ann", who: str = "app") -> Call:
    return call(path=path or {}, caller=Caller(who, user=user), trail=Trail(lambda: 0.0))


def cursors(key: bytes = KEY, **fields: Any) -> Cursors:
    return Cursors(operation(**fields), key)


def test_a_cursor_opens_to_what_was_sealed() -> None:
    assert cursors().opened(cursors().sealed(TARGET, asked()), asked()) == TARGET


def test_nobody_can_read_what_is_inside() -> None:
    sealed = cursors().sealed(TARGET, asked())

    assert b"hunter2" not in base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))


def test_the_same_page_is_the_same_cursor() -> None:
    assert cursors().sealed(TARGET, asked()) == cursors().sealed(TARGET, asked())


@pytest.mark.parametrize("other", [cursors(name="other"), cursors(key=b"x" * 32)])
def test_a_cursor_of_another_endpoint_or_gateway_leads_nowhere(other: Cursors) -> None:
    with pytest.raises(NoSuchPage):
        cursors().opened(other.sealed(TARGET, asked()), asked())


@pytest.mark.parametrize("made_up", ["", "A", "A" * 23, "A" * 500, "*", "é"])
def test_a_cursor_that_was_made_up_leads_nowhere(made_up: str) -> None:
    with pytest.raises(NoSuchPage):
        cursors().opened(made_up, asked())


def test_a_cursor_with_one_letter_changed_leads_nowhere() -> None:
    sealed = cursors().sealed(TARGET, asked())
    changed = sealed[:5] + ("A" if sealed[5] != "A" else "B") + sealed[6:]

    with pytest.raises(NoSuchPage):
        cursors().opened(changed, asked())


def test_a_cursor_is_good_for_the_path_that_was_asked() -> None:
    sealed = cursors().sealed(TARGET, asked({"user": "alice"}))

    with pytest.raises(NoSuchPage):
        cursors().opened(sealed, asked({"user": "bob"}))


def test_where_the_credential_is_the_users_a_cursor_is_good_for_him_alone() -> None:
    bound = cursors(user_bound=True)

    with pytest.raises(NoSuchPage):
        bound.opened(bound.sealed(TARGET, asked()), asked(user="bob"))
    assert cursors().opened(cursors().sealed(TARGET, asked()), asked(user="bob")) == TARGET


def test_a_caller_who_acts_for_nobody_has_connections_and_cursors_of_his_own() -> None:
    bound = cursors(user_bound=True)
    sealed = bound.sealed(TARGET, asked(user=None))

    assert bound.opened(sealed, asked(user=None)) == TARGET
    with pytest.raises(NoSuchPage):
        bound.opened(sealed, asked(user=None, who="another app"))
