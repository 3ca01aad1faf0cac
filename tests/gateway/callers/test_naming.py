"""Keys, applications and users have no name in common."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.callers.naming import application_named, user_alone, user_named
from gateway.callers.presented import user_of
from gateway.contract import Call, Caller
from gateway.stored import Connection
from gateway_policies.cache_fields import owner_of
from gateway_policies.idempotency_keys import reader
from gateway_policies.quota import WHO
from tests.kit import call, operation

KEY = "gwk_live_0123456789"
PARTS = st.lists(st.sampled_from(["user:", "app:", "gwk_", "gwk_live_", "a", ":", "User:"]), min_size=1).map("".join)


@pytest.mark.parametrize("name", ["alice", "user:123", "app", "auth0|5f7c", "gwk", "a@gwk_.example", "user:", "app:x"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert user_named(name) == name


def test_a_name_that_looks_like_another_kinds_says_its_own() -> None:
    assert user_named(KEY) == f"user:{KEY}"
    assert application_named(KEY) == f"app:{KEY}"
    assert application_named("user:ann") == "app:user:ann"
    assert application_named("web-app") == "web-app"
    assert user_alone("ann") == "user:ann"


@given(PARTS, PARTS)
def test_no_two_of_them_become_one(one: str, other: str) -> None:
    if one != other:
        assert user_named(one) != user_named(other)
        assert application_named(one) != application_named(other)
    assert application_named(one) != user_alone(other)
    assert not user_named(one).startswith("gwk_")
    assert not application_named(one).startswith("gwk_")


def test_whoever_says_that_he_acts_for_a_key_acts_for_a_user_of_that_name() -> None:
    assert user_of(((b"x-gateway-user", KEY.encode()),)) == f"user:{KEY}"


def test_nothing_that_is_kept_of_a_caller_is_found_under_anothers_name() -> None:
    """The key for itself, its namesake among applications, and a user of that name."""
    key = Caller(KEY)
    namesake = Caller(application_named(KEY), user=user_named(KEY))
    alone = Caller(user_alone(KEY), user=user_named(KEY))
    callers = (key, namesake, alone)
    asked = [call(caller=one, headers=((b"idempotency-key", b"k"),), body=b"{}") for one in callers]
    read = reader(operation(method="POST"), required=True, by_body=False)

    kinds: tuple[Callable[[Call], object], ...] = (WHO["caller"], read)
    for kept in kinds:
        assert len({str(kept(one)) for one in asked}) == 3
    for of_users in (WHO["user"], owner_of):
        assert len({of_users(one) for one in asked}) == 2
    assert Connection(id="1", provider="p", user=key.id, status="active").bound not in {
        Connection(id="1", provider="p", user=one.user or one.id, status="active").bound for one in callers[1:]
    }
