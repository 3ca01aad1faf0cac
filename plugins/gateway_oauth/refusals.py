"""What can go wrong while a user connects an account, in words for that user."""

import re
from collections.abc import Mapping

import msgspec


class FlowRefused(Exception):
    """The flow ends here. `title` is what happened, `text` what helps; both are shown as text, never as HTML."""

    def __init__(self, title: str, text: str, status: int = 400, *, guessed: bool = False) -> None:
        """`guessed`: what was brought is known here to nobody, so it may have been tried out."""
        super().__init__(title)
        self.title = title
        self.text = text
        self.status = status
        self.guessed = guessed


class _Words(msgspec.Struct, frozen=True):
    title: str
    text: str
    status: int = 400
    guessed: bool = False

    def refusal(self) -> FlowRefused:
        return FlowRefused(self.title, self.text, self.status, guessed=self.guessed)


_AGAIN = "Go back to the application and start again from there."
_OPERATOR = "This cannot be mended here: tell whoever runs the application."

_KNOWN: Mapping[str, _Words] = {
    "link": _Words("This link works no more", f"It works once and for ten minutes. {_AGAIN}", 410, guessed=True),
    "page": _Words(
        "This page was not opened here", f"The button works only on the page that this link leads to. {_AGAIN}", 403
    ),
    "state": _Words(
        "This answer belongs to nothing that was begun",
        f"It was used already, or came too late. {_AGAIN}",
        guessed=True,
    ),
    "browser": _Words(
        "This was begun in another browser",
        f"An account is connected in the browser where the link was opened, with cookies allowed. {_AGAIN}",
        403,
    ),
    "url": _Words("This answer is not one that the gateway takes", f"It has a form that is not safe. {_OPERATOR}"),
    "issuer": _Words("The answer came from somebody else", f"Nothing was connected. {_OPERATOR}"),
    "gone": _Words("This provider is not used here any more", _OPERATOR, 410),
    "unregistered": _Words("This gateway is not registered with the provider yet", _OPERATOR, 503),
    "code": _Words("The provider did not take back what it gave", f"Nothing was connected. {_AGAIN}"),
    "broken": _Words("The provider's answer cannot be used", f"Nothing was connected. {_OPERATOR}", 502),
    "down": _Words("The provider does not answer", f"Nothing was connected. Wait a moment. {_AGAIN}", 503),
    "often": _Words("Too many links that lead nowhere", "Wait a moment, then open yours again.", 429),
    "busy": _Words("The gateway cannot do that at the moment", f"Nothing was connected. Wait a moment. {_AGAIN}", 503),
}

_SAID: Mapping[str, tuple[str, str]] = {
    "access_denied": ("You did not give your consent", f"Nothing was connected. If you want it after all: {_AGAIN}"),
    "consent_required": ("The provider wants your consent first", _AGAIN),
    "interaction_required": ("The provider wants you to sign in first", _AGAIN),
    "login_required": ("The provider wants you to sign in first", _AGAIN),
    "account_selection_required": ("The provider wants you to choose an account", _AGAIN),
    "temporarily_unavailable": ("The provider cannot do that at the moment", f"Wait a moment. {_AGAIN}"),
    "server_error": ("The provider failed", f"Wait a moment. {_AGAIN}"),
}
"""By the provider's `error` (RFC 6749, OpenID Connect); all others are for whoever runs the application."""

_CODE = re.compile(r"[!#-\[\]-~]{1,100}")
_LONGEST = 300


def refusal(which: str) -> FlowRefused:
    return _KNOWN[which].refusal()


def said(error: str, description: str) -> FlowRefused:
    """The provider's own refusal: its words are shown as what they are, somebody else's, and not too many of them."""
    code = error if _CODE.fullmatch(error) else "unknown"
    title, text = _SAID.get(code, ("The provider refused", _OPERATOR))
    plain = "".join(sign if sign.isprintable() else " " for sign in description[:_LONGEST]).strip()
    quoted = f" It says: {code}" + (f": “{plain}”" if plain else "")
    return FlowRefused(title, f"{text}{quoted}", 403 if code == "access_denied" else 400)
