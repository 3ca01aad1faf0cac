"""Whoever tries out links and answers is asked to wait, before the database is asked for him."""

import time

import httpx

from gateway.callers.attempts import ALLOWED, EVERY
from tests.plugins.oauth.answering import browser_of, refused
from tests.plugins.oauth.house import PUBLIC, House
from tests.provider.browser import Browser

OFTEN = "Too many links that lead nowhere"


def guesses(browser: Browser, count: int) -> list[httpx.Response]:
    return [browser.get(f"{PUBLIC}/connect/{number:043d}") for number in range(count)]


def test_who_guesses_has_to_wait_and_is_told_how_long(house: House) -> None:
    with browser_of(house) as browser:
        found = guesses(browser, ALLOWED + 5)

    assert [answer.status_code for answer in found[:ALLOWED]] == [410] * ALLOWED
    assert found[-1].status_code == 429
    assert 1 <= int(found[-1].headers["retry-after"]) <= EVERY
    assert OFTEN in found[-1].text


def test_the_ways_of_guessing_are_counted_together_and_a_good_link_is_none(house: House) -> None:
    with browser_of(house) as browser:
        for _ in range(ALLOWED + 5):
            assert browser.get(house.link()).status_code == 200
        for number in range(ALLOWED):
            assert browser.get(f"{PUBLIC}/connect/callback?state={number}&code=x").status_code == 400
        browser.get(f"{PUBLIC}/connect/callback?state=y&code=x")
        assert refused(browser.get(f"{PUBLIC}/connect/{'x' * 43}"), OFTEN)


def test_who_has_to_wait_costs_no_look_into_the_database(house: House) -> None:
    asked: list[float] = []
    tickets = house.kit.stored.tickets
    read = tickets.read

    async def counted(kind: str, digest: bytes, now: float) -> bytes | None:
        asked.append(time.monotonic())
        return await read(kind, digest, now)

    tickets.read = counted  # type: ignore[method-assign] # what it is asked is what this is about
    with browser_of(house) as browser:
        guesses(browser, ALLOWED + 30)

    assert len(asked) <= ALLOWED + 5
