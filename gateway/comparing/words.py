"""How a change is told to those who call: where it is, what it is, whether it breaks them."""

import json
from typing import Any

import msgspec

from gateway.comparing.keywords import Bound

_LONGEST = 60


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is the endpoint's id, `call` its method and path, `where` a parameter, the body or an answer."""

    subject: str = ""
    call: str = ""
    where: str = ""
    what: str = ""
    breaks: bool = False

    def of(self, about: "Change") -> "Change":
        """The same, told of an operation."""
        return msgspec.structs.replace(self, subject=about.subject, call=about.call)


def told(bound: Bound, where: str, *, tightens: bool, breaks: bool) -> Change:
    """`tightens`: what was loose is tight now; otherwise what was tight is loose now."""
    place = " ".join(filter(None, (where, ".".join(bound.path))))
    return Change(where=place, what=_said(bound, tightens=tightens), breaks=breaks)


def _said(bound: Bound, *, tightens: bool) -> str:
    match bound.keyword:
        case "required":
            return "is required now" if tightens else "is not always there now"
        case "known":
            return "is not known any more" if tightens else "is known now"
        case "additionalProperties":
            return "takes no further properties now" if tightens else "may have further properties now"
        case "alternative":
            gone = "one of the alternatives is gone" if tightens else "one more alternative"
            return f"{gone}: {shown(bound.loose)}"
        case "enum":
            return _values(bound, tightens=tightens)
    old, new = (bound.loose, bound.tight) if tightens else (bound.tight, bound.loose)
    return f"{bound.keyword} {shown(old)} → {shown(new)}"


def _values(bound: Bound, *, tightens: bool) -> str:
    if bound.loose is None:
        return f"is only {shown(bound.tight)} now" if tightens else f"is not only {shown(bound.tight)} now"
    others = ", ".join(shown(value) for value in bound.loose if value not in bound.tight)
    return f"can no longer be {others}" if tightens else f"can now be {others}"


def shown(value: Any) -> str:
    if value is None:
        return "any"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
