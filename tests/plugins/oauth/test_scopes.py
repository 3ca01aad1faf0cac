"""What was granted is compared with what was asked for in the words of each provider."""

import pytest

from gateway_oauth.scopes import missing

EVENTS = "https://www.googleapis.com/auth/calendar.events"


@pytest.mark.parametrize(
    ("wanted", "granted"),
    [
        ((EVENTS,), (EVENTS, "https://www.googleapis.com/auth/userinfo.email", "openid")),
        (("openid", "email", "profile"), ("https://www.googleapis.com/auth/userinfo.email",)),
        (("offline_access", "User.Read", "Mail.Send"), ("Mail.Send", "User.Read", "profile", "openid", "email")),
        (("Calendars.ReadWrite",), ("https://graph.microsoft.com/Calendars.ReadWrite",)),
        (("https://graph.microsoft.com/Calendars.ReadWrite",), ("Calendars.ReadWrite",)),
        (("user.read",), ("User.Read",)),
        ((), ()),
    ],
)
def test_what_was_given_is_not_missing_whatever_it_is_called(wanted: tuple[str, ...], granted: tuple[str, ...]) -> None:
    assert missing(wanted, granted) == ()


@pytest.mark.parametrize(
    ("wanted", "granted", "lacking"),
    [
        ((EVENTS, "openid"), (EVENTS.removesuffix(".events"),), (EVENTS,)),
        ((EVENTS,), ("calendar.events",), (EVENTS,)),
        (("Mail.Send", "Mail.Read"), ("Mail.Read",), ("Mail.Send",)),
        (("Mail.Read",), ("Mail.ReadWrite",), ("Mail.Read",)),
    ],
)
def test_what_was_not_given_is(wanted: tuple[str, ...], granted: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    assert missing(wanted, granted) == lacking
