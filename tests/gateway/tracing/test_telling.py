"""Only what the config declares, numbers, and words of which there are few leave the gateway."""

from gateway.contract import Event
from gateway.explaining.events import SENTENCES
from gateway.tracing.telling import attempts, details, others, outcomes


def event(name: str, **detail: object) -> Event:
    return Event(1.0, name, detail)


def test_numbers_are_told_and_words_only_where_they_are_known() -> None:
    scheduled = event("retry.scheduled", delay=0.5, attempt=2, of=3, reason="503")

    assert details(scheduled) == {
        "gateway.delay": 0.5,
        "gateway.attempt": 2,
        "gateway.of": 3,
        "gateway.reason": "503",
    }
    assert details(event("caller.known", caller="ann")) == {}
    assert details(event("cache.invalidated", tags=("contact:7",))) == {}
    assert details(event("a.plugins_own", what="the body", reason="the body", count=3)) == {"gateway.count": 3}


def test_a_users_circuit_is_told_without_the_user() -> None:
    assert details(event("breaker.opened", circuit="crm/ann@example.com", retry_after=3.0)) == {
        "gateway.retry_after": 3.0,
        "gateway.circuit": "crm",
    }


def test_every_event_that_has_words_is_one_that_there_is() -> None:
    from gateway.tracing import telling  # noqa: PLC0415 - the table is nobody else's

    assert set(telling._WORDS) <= set(SENTENCES)
    assert {*telling.CACHE, *telling.QUOTA} <= set(SENTENCES)


def test_the_last_word_of_cache_and_quota_counts() -> None:
    events = [event("quota.allowed"), event("cache.miss"), event("cache.shared"), event("cache.hit")]

    assert dict(outcomes(events)) == {"gateway.cache": "hit", "gateway.quota": "allowed"}
    assert dict(outcomes(events[:2])) == {"gateway.cache": "miss", "gateway.quota": "allowed"}
    assert dict(outcomes([])) == {}


def test_attempts_are_found_with_their_ends() -> None:
    first, failed = event("attempt.sent", attempt=1, span="a"), event("attempt.failed", attempt=1)
    again, answered = event("attempt.sent", attempt=2, span="b"), event("attempt.answered", attempt=2)

    assert attempts([first, event("timeout.exceeded"), failed, event("retry.scheduled"), again, answered]) == [
        (first, failed),
        (again, answered),
    ]
    assert attempts([first, failed, again]) == [(first, failed), (again, None)]


def test_a_stubs_attempt_is_no_call_of_a_vendor_but_an_event() -> None:
    stubbed = [event("attempt.sent", attempt=1), event("attempt.answered", status=200)]
    asked = [event("attempt.sent", attempt=1, span="a"), event("attempt.answered", status=200), event("cache.stored")]

    assert (attempts(stubbed), others(stubbed)) == ([], stubbed)
    assert others(asked) == asked[2:]
