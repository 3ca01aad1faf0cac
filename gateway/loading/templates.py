"""The paths of `route` and `upstream`: what a path can hold, and how parameters are written in it."""

import re
from collections.abc import Iterator

LONGEST = 2_000
_REFERENCE = re.compile(r"\$\{[^}]*\}?")
_PARAMETER = re.compile(r"\{([^{}/]*)\}")
_SEGMENT = re.compile(r"\{[A-Za-z_][A-Za-z0-9_-]*\}|[^{}]*")
_FOREIGN = tuple(
    map(re.compile, (r":([A-Za-z_]\w*)", r"<(?:\w+:)?(\w+)>", r"\{([A-Za-z_]\w*)[:?*+].*\}", r"\{\{ ?(\w+) ?\}\}"))
)
_PATTERNS = ("*", "**")
_FORBIDDEN = re.compile(r"[\\\"<>^`|\x00-\x20\x7f]")


def placeholders(template: str) -> list[str]:
    """The parameters that a route or `upstream` names."""
    return _PARAMETER.findall(template)


def template_faults(key: str, template: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a method and path that looks right, and what would be right."""
    if len(template) > LONGEST:
        yield f"`{key}` is longer than {LONGEST:,} characters", "vendors' paths have about a hundred"
        return
    path = _REFERENCE.sub("x", template.partition(" ")[2])
    segments = path.split("/")
    if key == "route" and "" in segments[1:-1]:
        yield f"`{key}` has an empty segment", "write one `/`"
    for segment in segments:
        fault = _fault(key, segment)
        if fault is not None:
            yield fault
            return
    names = placeholders(path)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        yield f"`{key}` names the parameter `{twice}` twice", "give the second one a name of its own"


def _fault(key: str, segment: str) -> tuple[str, str] | None:
    for pattern in _FOREIGN:
        if (other := pattern.fullmatch(segment)) is not None:
            return f"`{segment}` in `{key}` is no parameter", f"write `{{{other[1]}}}`"
    if segment.count("{") != segment.count("}"):
        return f"the braces of `{segment}` in `{key}` do not pair", "a parameter is written `{name}`"
    if key == "route" and (_SEGMENT.fullmatch(segment) is None or segment in _PATTERNS):
        return f"`{segment}` in `{key}` is no parameter", "a parameter is a whole segment, such as `/{id}/`"
    if segment in (".", ".."):
        return f"`{key}` cannot hold the segment `{segment}`", "callers and proxies remove it"
    if key == "route" and "%" in segment:
        return f"`{key}` cannot hold `%`", "write the character itself: callers encode it"
    forbidden = _FORBIDDEN.search(segment)
    return (f"`{key}` cannot hold `{forbidden[0]}`", "no path can") if forbidden is not None else None
