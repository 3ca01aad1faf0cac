"""The route table: method and raw path in, endpoint and path parameters out.

Litestar's router neither back-tracks nor keeps a dot or an encoded slash inside a segment, so generated endpoints have
a table of their own (docs/adr/0003). A literal segment wins over a parameter, but only if the rest of the path
matches too. Segments are split first and percent-decoded after, so `a%2Fb` is one segment and never two.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

E = TypeVar("E")

PARAMETER = "{}"
REST = "**"
_SPECIAL = frozenset({PARAMETER, REST})


class Match(Generic[E]):
    """A path that exists. `endpoint` is None when it does not accept the method; `allow` says which it accepts."""

    __slots__ = ("allow", "endpoint", "values")

    def __init__(self, endpoint: E | None, values: tuple[str, ...] = (), allow: frozenset[str] = frozenset()) -> None:
        self.endpoint = endpoint
        self.values = values
        self.allow = allow


class _Node(Generic[E]):
    __slots__ = ("children", "methods")

    def __init__(self) -> None:
        self.children: dict[str, _Node[E]] = {}
        self.methods: dict[str, E] = {}


class RouteTable(Generic[E]):
    """Built once a generation; looked up once a request, in time that depends on the path's length alone.

    A pattern is a tuple of segments: a literal, `PARAMETER` for any one segment, or `REST` for any number, also none.
    """

    def __init__(self, routes: Iterable[tuple[str, tuple[str, ...], E]]) -> None:
        self._root: _Node[E] = _Node()
        for method, pattern, endpoint in routes:
            node = self._root
            for segment in pattern:
                node = node.children.setdefault(segment, _Node())
            node.methods.setdefault(method, endpoint)
        self._static: dict[bytes, Mapping[str, Match[E]]] = dict(self._static_paths())

    def match(self, method: str, raw_path: bytes) -> Match[E] | None:
        """`raw_path` as on the wire. None: no endpoint has this path, whatever the method."""
        found = self._static.get(raw_path)
        if found is not None and method in found:
            return found[method]
        segments = split(raw_path)
        if segments is None:
            return None
        search: _Search[E] = _Search(method, segments)
        hit = search.walk(self._root)
        if hit is not None:
            return hit
        return Match(None, allow=frozenset(search.allow)) if search.allow else None

    def _static_paths(self) -> Iterable[tuple[bytes, Mapping[str, Match[E]]]]:
        """Paths without parameters or anything to decode are found by one look-up; literals win in any case."""
        stack: list[tuple[str, _Node[E]]] = [("", self._root)]
        while stack:
            path, node = stack.pop()
            if node.methods and path.isascii() and "%" not in path:
                yield path.encode(), {method: Match(endpoint) for method, endpoint in node.methods.items()}
            stack.extend(
                (f"{path}/{segment}", child)
                for segment, child in node.children.items()
                if segment not in {PARAMETER, REST}
            )


def split(raw_path: bytes) -> tuple[str, ...] | None:
    """The decoded segments of a raw path; None if it is not absolute or not UTF-8."""
    if raw_path[:1] != b"/":
        return None
    try:
        if b"%" not in raw_path:
            return tuple(raw_path[1:].decode().split("/"))
        return tuple(unquote_to_bytes(segment).decode() for segment in raw_path[1:].split(b"/"))
    except UnicodeDecodeError:
        return None


class _Search(Generic[E]):
    """One look-up on its way through the trie; `allow` gathers what the paths that fit would have accepted."""

    __slots__ = ("_method", "_segments", "allow")

    def __init__(self, method: str, segments: tuple[str, ...]) -> None:
        self._method = method
        self._segments = segments
        self.allow: set[str] = set()

    def walk(self, node: _Node[E], at: int = 0, values: tuple[str, ...] = ()) -> Match[E] | None:
        """Straight on while there is one way, as there mostly is; where there are two, each is tried to its end."""
        segments = self._segments
        while at < len(segments):
            segment, children = segments[at], node.children
            if len(children) != 1 and (PARAMETER in children or REST in children):
                return self._fork(node, at, values)
            if (child := children.get(segment)) is not None and segment not in _SPECIAL:
                node = child
            elif segment and (child := children.get(PARAMETER)) is not None:
                node, values = child, (*values, segment)
            else:
                return self._rest(node, at, values)
            at += 1
        return self._leaf(node, values) or self._rest(node, at, values)

    def _fork(self, node: _Node[E], at: int, values: tuple[str, ...]) -> Match[E] | None:
        segment = self._segments[at]
        if (child := node.children.get(segment)) is not None and segment not in _SPECIAL:
            hit = self.walk(child, at + 1, values)
            if hit is not None:
                return hit
        if segment and (child := node.children.get(PARAMETER)) is not None:
            hit = self.walk(child, at + 1, (*values, segment))
            if hit is not None:
                return hit
        return self._rest(node, at, values)

    def _leaf(self, node: _Node[E], values: tuple[str, ...]) -> Match[E] | None:
        endpoint = node.methods.get(self._method)
        if endpoint is not None:
            return Match(endpoint, values)
        self.allow.update(node.methods)
        return None

    def _rest(self, node: _Node[E], at: int, values: tuple[str, ...]) -> Match[E] | None:
        child = node.children.get(REST)
        return None if child is None else self._leaf(child, (*values, *self._segments[at:]))
