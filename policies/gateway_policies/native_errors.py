"""On a native mount the gateway's own refusals wear the vendor's error document, so that its SDK understands them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gateway import Operation, Reply

Dress = Callable[[Reply], Reply]

_MEMBERS = ("type", "status", "title", "detail", "correlation_id")
_NUMBER = re.compile(r"\d*\{status\}\d*")
_WITHHELD = frozenset({401, 407, *range(300, 400)})
_WAIT = frozenset({429, 503})


def passing(reply: Reply) -> Reply | None:
    """A vendor's refusal as its own SDK may have it: with Retry-After wherever callers are to wait.

    None for one that speaks of a key: the gateway's is meant, and the SDK would throw away or refresh its own. None for
    a redirect too: where it leads, the SDK would go past the gateway.
    """
    if reply.status in _WITHHELD:
        return None
    if reply.status not in _WAIT or reply.header(b"retry-after") is not None:
        return reply
    return msgspec.structs.replace(reply, headers=(*reply.headers, (b"retry-after", b"1")))


def dress(operation: Operation) -> Dress | None:
    """Turns a problem document into the declared `error_body`, or adds its members; None where nothing is declared."""
    template = operation.error_body
    if not operation.native or template is None or operation.error_format == "problem":
        return None
    beside = operation.error_format == "both"

    def dressed(reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)  # noqa: S101 - a problem is no stream
        problem = msgspec.json.decode(reply.body)
        words = {"{" + name + "}": problem[name] for name in _MEMBERS}
        words["{slug}"] = problem["type"].rpartition("/")[2]
        document = _filled(template, words)
        if beside:
            return msgspec.structs.replace(reply, body=msgspec.json.encode({**document, **problem}))
        kept = tuple(field for field in reply.headers if field[0] != b"content-type")
        return Reply(reply.status, (*kept, (b"content-type", b"application/json")), msgspec.json.encode(document))

    return dressed


def _filled(template: Any, words: Mapping[str, Any]) -> Any:
    """A text of nothing but digits and `{status}` becomes a number; within any other text it is text."""
    if isinstance(template, dict):
        return {key: _filled(value, words) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [_filled(value, words) for value in template]
    if not isinstance(template, str):
        return template
    if _NUMBER.fullmatch(template):
        return int(template.replace("{status}", str(words["{status}"])))
    for mark, word in words.items():
        template = template.replace(mark, str(word))
    return template
