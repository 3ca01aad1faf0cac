"""How a request ended, in one sentence: what the caller got, and what that means."""

from collections.abc import Iterable

from gateway.contract import LEFT, Event
from gateway.explaining.words import seconds
from gateway.explanations import problem_page

_OWN = "answer.broke_off"


def ending(status: int, slug: str, took: float, events: Iterable[Event] = ()) -> str:
    """`took` are the seconds of the whole."""
    after = seconds(round(took, 4))
    if any(event.name == _OWN for event in events):
        return f"the answer {status} had begun, and broke off after {after}"
    if status == LEFT:
        return f"the caller did not wait: he left after {after}"
    if not slug:
        return f"the caller got {status} after {after}"
    page = problem_page(slug)
    means = "" if page is None else f": {page.title[:1].lower()}{page.title[1:]}"
    return f"the caller got {status} {slug} after {after}{means}"
