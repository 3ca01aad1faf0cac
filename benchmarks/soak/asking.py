"""What callers ask: drawn by chance, each request with marks by which its answer is known as its own."""

import itertools
import re
from collections.abc import Sequence
from random import Random

import msgspec

PEOPLE = 40
"""Each has a mark."""
TOKEN = re.compile(rb"\b(?:mark|asked|page)-[a-z0-9]+(?:-[a-z0-9]+)*")
LEAVING = 0.08
"""How many of the requests are left by their callers before there is an answer."""
AGAIN = 0.3
"""How many of the writes with a key are asked once more."""
API, WRONG_KEY = "/api/v1", "gwk_live_nobodys"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `echoed` are the tokens that a success holds, `own` all that its answer may hold.

    `leaves` are the seconds after which the caller is gone, `again` whether he asks a second time.
    """

    name: str
    wire: bytes
    own: frozenset[bytes]
    echoed: frozenset[bytes] = frozenset()
    leaves: float | None = None
    again: "Ask | None" = None


class Person(msgspec.Struct, frozen=True):
    """One of those for whom callers ask."""

    mark: str
    key: str
    address: str


MANY = 1_000_000_000
"""So many pages that none is met twice."""
KINDS: dict[str, tuple[str, str, int]] = {
    "note": ("GET", f"{API}/calm/notes", 4),
    "page": ("GET", f"{API}/calm/pages", 20),
    "kept": ("GET", f"{API}/calm/kept", 3),
    "item": ("GET", f"{API}/calm/items", MANY),
    "stream": ("GET", f"{API}/calm/streams", MANY),
    "counted": ("GET", f"{API}/calm/counted", MANY),
    "changing": ("GET", f"{API}/calm/changing", 3),
    "native": ("GET", "/native/calm/items", MANY),
    "note changed": ("PUT", f"{API}/calm/notes", 4),
    "order": ("POST", f"{API}/calm/orders", MANY),
    "guess": ("POST", f"{API}/calm/guesses", MANY),
    "shaky item": ("GET", f"{API}/shaky/items", MANY),
    "shaky note": ("GET", f"{API}/shaky/notes", 4),
    "shaky order": ("POST", f"{API}/shaky/orders", MANY),
    "no such place": ("GET", f"{API}/calm/nowhere", MANY),
    "no such parameter": ("GET", f"{API}/calm/items/1?page=", MANY),
    "wrong key": ("GET", f"{API}/calm/items", MANY),
}
"""Method, path, and how many pages there are."""
WEIGHTS = (250, 100, 100, 140, 20, 40, 20, 20, 2, 60, 10, 120, 60, 30, 5, 5, 5)
BODY = b'{"item": "%s"}'


class Asking:
    """Draws requests; the same chance gives the same ones."""

    def __init__(self, chance: Random, keys: Sequence[str]) -> None:
        self._chance = chance
        self._numbers = itertools.count(1)
        self._people = [
            Person(f"mark-{number}-{chance.getrandbits(32):x}", keys[number % len(keys)], f"192.0.2.{number + 1}")
            for number in range(PEOPLE)
        ]

    def draw(self) -> Ask:
        chance = self._chance
        name = chance.choices(list(KINDS), WEIGHTS)[0]
        person, page = chance.choice(self._people), f"{chance.randrange(KINDS[name][2])}"
        leaves = chance.random() * 0.03 if chance.random() < LEAVING else None
        key = f"{person.mark[5:]}-{next(self._numbers)}" if "order" in name else ""
        again = self._ask(name, person, page, key, None, None) if key and chance.random() < AGAIN else None
        return self._ask(name, person, page, key, leaves, again)

    def _ask(self, name: str, person: Person, page: str, key: str, leaves: float | None, again: Ask | None) -> Ask:
        method, path, _ = KINDS[name]
        asked = f"asked-{next(self._numbers)}"
        fields = [f"{method} {path}{'' if path.endswith('=') else '/'}{page} HTTP/1.1", "Host: localhost"]
        fields += [f"X-Correlation-Id: {asked}", f"X-Mark: {person.mark}", f"X-Gateway-User: {person.mark}"]
        fields += [f"Authorization: Bearer {WRONG_KEY if name == 'wrong key' else person.key}"]
        fields += [f"X-Forwarded-For: {self._address(name, person)}"]
        fields += [f"Idempotency-Key: {key}"] if key else []
        body = BODY % person.mark[5:].encode() if method in {"POST", "PUT"} else b""
        fields += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
        mark, place = person.mark.encode(), f"page-{page}".encode()
        return Ask(
            name=name,
            wire="\r\n".join([*fields, "", ""]).encode() + body,
            own=frozenset({mark, place, asked.encode()}),
            echoed=frozenset({place} if name in {"page", "native"} else {mark, place}),
            leaves=leaves,
            again=again,
        )

    def _address(self, name: str, person: Person) -> str:
        """Some come from anywhere: what is known of an address has to be forgotten."""
        if name in {"counted", "wrong key"} and self._chance.random() < 0.5:  # noqa: PLR2004
            return ".".join(str(self._chance.randrange(1, 255)) for _ in range(4))
        return person.address
