"""Links to a vendor's next page become links to ours, with one opaque parameter in the place of all of the vendor's."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gateway import Call, Kit, Operation
from gateway.errors import ContractViolation, NoSuchPage, Violation
from gateway_policies.declared_places import NoRoom, blank
from gateway_policies.sealing import Alike

_AS_IT_IS = "/%:@!$&'()*+,;=~"
"""What may stand in a path (RFC 3986), and what is encoded already."""
_STEP = re.compile(r"""\.([A-Za-z_][A-Za-z0-9_-]*)|\[["']([^"']+)["']\]|\[\*\]""")
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


class Cursors:
    """Seals a vendor's path and query into a cursor, and opens only what this gateway has sealed for this endpoint.

    What is inside nobody can read: a vendor's address may repeat a key that a query carries, or a constant of `send`.
    The same target is the same cursor (AES-SIV, RFC 5297), so an answer with links can be cached and compared.
    """

    def __init__(self, operation: Operation, key: bytes) -> None:
        self._seal = Alike(key, b"cursors")
        self._id = operation.id
        self._user_bound = operation.user_bound
        self._base = urlsplit(operation.base_url).path.rstrip("/")
        self._origin = operation.base_url[: len(operation.base_url) - len(urlsplit(operation.base_url).path)]

    @classmethod
    def of(cls, operation: Operation, kit: Kit) -> "Cursors":
        return cls(operation, kit.secret)

    def target(self, link: str) -> str | None:
        """Where a vendor's absolute or root-relative link leads below the base URL; None if it leads elsewhere."""
        target = link.removeprefix(self._origin)
        if not target.startswith(self._base + "/") or not target.isascii():
            return None
        return target.removeprefix(self._base)

    def sealed(self, target: str, call: Call) -> str:
        """The cursor for a target below the base URL: good for the path that was asked, and for whoever asked."""
        return base64.urlsafe_b64encode(self._seal.seal(target.encode(), *self._label(call))).decode().rstrip("=")

    def opened(self, cursor: str, call: Call) -> str:
        """The target below the base URL. Raises NoSuchPage for anything that was not sealed for such a call."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            return self._seal.open(sealed, *self._label(call)).decode()
        except ValueError:
            violation = Violation("query", "not a cursor of this endpoint, or one from before a restart", name="cursor")
            raise NoSuchPage(
                "the cursor leads nowhere; begin with the first page again", violations=[violation]
            ) from None

    def _label(self, call: Call) -> list[bytes]:
        user = call.caller.user or call.caller.id if self._user_bound else ""
        values = (f"{name}={value}" for name, value in sorted(call.path.items()))
        return [text.encode() for text in (self._id, user, *values)]


def rewriter(operation: Operation, kit: Kit) -> Callable[[Call, Any], None]:
    """Rewrites the declared links of a decoded answer in place; of one that leads elsewhere nothing is left."""
    cursors = Cursors.of(operation, kit)
    steps = [tuple(_steps(path)) for path in operation.reply.links]
    paths = [(path, _blank(operation, path)) for path in steps]

    def rewrite(call: Call, document: Any) -> None:
        for path, nothing in paths:
            for holder, key in _found(document, path):
                link = holder[key]
                if isinstance(link, str) and link:
                    target = cursors.target(link)
                    there = nothing if target is None else page_url(operation, call.path, cursors.sealed(target, call))
                    _put(holder, key, there)

    return rewrite


def _blank(operation: Operation, path: tuple[str | None, ...]) -> Any:
    try:
        return blank(operation, path)
    except NoRoom as error:
        return error


def _put(holder: Any, key: Any, value: Any) -> None:
    if isinstance(value, NoRoom):
        raise ContractViolation("a link of the vendor's leads elsewhere, where one to a page of ours has to be")
    if value is msgspec.UNSET:
        del holder[key]
    else:
        holder[key] = value


def page_url(operation: Operation, values: Mapping[str, str], cursor: str, **more: str) -> str:
    """The gateway's own address of the page that a cursor stands for; `values` fill the route."""
    route = _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), operation.route)
    return f"{operation.public_url}{quote(route, safe=_AS_IT_IS)}?{urlencode({**more, 'cursor': cursor})}"


def _steps(path: str) -> Iterator[str | None]:
    """The steps of a JSON path such as `$.a["@b"][*].c`; None stands for every item. Raises ValueError."""
    at = 1
    if not path.startswith("$") or len(path) == 1:
        raise ValueError(f'`{path}` is no JSON path: write `$.next`, `$["@odata.nextLink"]` or `$.items[*].url`')
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(f'`{path}` is no JSON path: write `$.next`, `$["@odata.nextLink"]` or `$.items[*].url`')
        yield step[1] or step[2]
        at = step.end()


def _found(node: Any, path: tuple[str | None, ...]) -> Iterator[tuple[Any, Any]]:
    step, rest = path[0], path[1:]
    keys: list[Any] = []
    if step is None and isinstance(node, list):
        keys = list(range(len(node)))
    elif step is not None and isinstance(node, dict) and step in node:
        keys = [step]
    for key in keys:
        if rest:
            yield from _found(node[key], rest)
        else:
            yield node, key
