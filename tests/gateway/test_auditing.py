"""What was done is written down, and is done whether or not that can be."""

import asyncio
import getpass

import pytest

from gateway.auditing import noted, operator
from gateway.errors import StoreUnavailable
from gateway.records import Trail
from gateway.stored import Entry


class Audit:
    """Keeps entries in a list; `away` refuses them."""

    def __init__(self, *, away: bool = False) -> None:
        self.entries: list[Entry] = []
        self.away = away

    async def note(self, entry: Entry) -> None:
        if self.away:
            raise StoreUnavailable("the database cannot be reached")
        self.entries.append(entry)

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> list[Entry]:
        return self.entries


def test_who_what_when_and_from_where() -> None:
    audit = Audit()
    asyncio.run(noted(audit, "key.made", "k1", who="ann", address="::1", correlation_id="c-1", name="app"))
    (entry,) = audit.entries

    assert (entry.action, entry.target, entry.who, entry.address) == ("key.made", "k1", "ann", "::1")
    assert (entry.correlation_id, entry.detail) == ("c-1", {"name": "app"})
    assert entry.at > 1_700_000_000


def test_a_database_that_is_away_fails_nothing_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(noted(Audit(away=True), "breaker.forced", "crm", who="::1", reason="mark-of-a-reason"))

    assert "breaker.forced of crm by ::1 is not in the audit trail: the database cannot be reached" in caplog.text
    assert "mark" not in caplog.text


def test_an_application_without_a_database_has_no_trail() -> None:
    async def main() -> None:
        audit = Audit()
        trail = Trail(lambda: audit)
        await noted(trail, "cache.purged", "crm/*", who="::1")
        assert (audit.entries, await trail.every()) == ([], ())
        trail.used = True
        await noted(trail, "cache.purged", "crm/*", who="::1")
        assert len(await trail.every()) == 1

    asyncio.run(main())


def test_the_operator_is_who_the_system_says() -> None:
    assert operator() == getpass.getuser()
