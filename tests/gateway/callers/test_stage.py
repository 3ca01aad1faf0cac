"""Whoever is not let in, the trail says why: no key, a wrong one, or one that may not."""

from typing import Any

import pytest

from gateway.callers.authenticating import Callers
from gateway.callers.identity import Identity
from gateway.callers.presented import Presented
from gateway.callers.stage import caller_stage
from gateway.contract import Call, Caller, Reply
from gateway.errors import CallerError, ScopeMissing, Unauthenticated
from tests.kit import call, run


class Doorman(Callers):
    """Knows one key, which may do nothing."""

    def __init__(self) -> None:
        """Without a store."""

    async def identify(self, presented: Presented, address: str, endpoint: str | None) -> Caller:
        raise ScopeMissing if presented.secret == "mine" else Unauthenticated


@pytest.mark.parametrize(
    ("headers", "reason"),
    [((), "no-key"), (((b"x-api-key", b"guess"),), "wrong-key"), (((b"x-api-key", b"mine"),), "scope")],
)
def test_why_he_was_not_let_in_stands_on_the_trail(headers: Any, reason: str) -> None:
    async def nobody(_: Call) -> Reply:
        raise AssertionError("he was let in")

    async def scenario() -> None:
        asked = call(headers=headers)
        with pytest.raises(CallerError):
            await caller_stage(Identity(Doorman(), None), "crm.get")(asked, nobody)
        assert [(event.name, event.detail) for event in asked.trail.events] == [("caller.refused", {"reason": reason})]

    run(scenario())
