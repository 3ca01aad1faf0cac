"""Answers that other processes have fetched: found by a digest, checked for whose they are, a user's own sealed."""

import hashlib
import hmac
from contextlib import suppress

import msgspec

from gateway import Headers, Kit, NotShared, Operation, Verdict
from gateway_policies.cache_company import Company
from gateway_policies.cache_fields import Asked
from gateway_policies.cache_store import Entry, Version
from gateway_policies.sealing import Afresh

LARGEST_SHARED = 512 * 1024
"""Bytes of a body that is put where others find it; a larger one each process fetches for itself."""
SKEW = 5.0
"""Seconds by which another machine's clock may be ahead of ours."""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """An answer as it lies in the shared state. `at` is seconds since 1970, `ttl` seconds from then.

    `name`, which stands for the key, and `owner` are repeated inside: what was put under another name, or for somebody
    else, is not an answer.
    """

    name: str
    owner: str
    number: int
    at: float
    ttl: float
    headers: Headers
    validators: Headers
    tag: bytes
    body: bytes
    status: int
    verdict: Verdict | None


class Second:
    """The answers of one endpoint that its processes have in common; `late` is how long a stale one can be of use.

    `declared` is whatever an answer depends on beside the request: endpoints that are declared otherwise share nothing.
    """

    def __init__(
        self,
        company: Company,
        kit: Kit,
        operation: Operation,
        versions: tuple[Version, ...],
        *,
        late: float,
        declared: object,
    ) -> None:
        self.company = company
        self.clock, self._now = kit.clock, kit.now
        self._versions = versions
        self._late = late
        fingerprint = hashlib.sha256(repr((operation.id, declared)).encode()).digest()
        self._digest = hmac.new(kit.secret, fingerprint, hashlib.sha256)
        self._seal = Afresh(kit.secret, b"cached answers") if operation.user_bound else None

    def name(self, asked: Asked) -> str:
        """What an answer is called; nobody can tell from it what was asked."""
        digest = self._digest.copy()
        digest.update(msgspec.msgpack.encode(asked.key[1:]))
        return digest.hexdigest()

    async def number(self) -> int | None:
        """What the tags come to, before a fetch begins: an answer from before a write must not pass for a newer one.

        None where nobody can be asked.
        """
        try:
            return await self.company.numbers(self._versions)
        except NotShared:
            return None

    async def find(self, asked: Asked, name: str, number: int, stamp: int) -> Entry | None:
        """What another process has fetched, fresh or stale; None where there is none, or nobody can be asked."""
        try:
            value = await self.company.shared.get(_place(name))
        except NotShared:
            return None
        record = None if value is None else self._opened(value, name)
        if record is None or record.name != name or record.owner != asked.owner or record.number != number:
            return None
        age = self._now() - record.at
        if age < -SKEW:
            return None  # a clock that is ahead would make it fresh for longer
        since = self.clock() - max(age, 0.0)
        return Entry(
            key=asked.key,
            owner=asked.owner,
            headers=record.headers,
            validators=record.validators,
            tag=record.tag,
            body=record.body,
            since=since,
            expires=since + record.ttl,
            stamp=stamp,
            versions=self._versions,
            status=record.status,
            verdict=record.verdict,
        )

    async def put(self, entry: Entry, name: str, number: int) -> bool:
        """Whether others find it now."""
        record = Record(
            name=name,
            owner=entry.owner,
            number=number,
            at=self._now() - (self.clock() - entry.since),
            ttl=entry.expires - entry.since,
            headers=entry.headers,
            validators=entry.validators,
            tag=entry.tag,
            body=entry.body,
            status=entry.status,
            verdict=entry.verdict,
        )
        seconds = record.ttl if entry.verdict else record.ttl + self._late
        try:
            return await self.company.shared.put(_place(name), self._sealed(record, name), seconds)
        except NotShared:
            return False

    async def drop(self, name: str) -> None:
        """What there was there is no more."""
        with suppress(NotShared):
            await self.company.shared.drop(_place(name))

    def _sealed(self, record: Record, name: str) -> bytes:
        plain = msgspec.msgpack.encode(record)
        return plain if self._seal is None else self._seal.seal(plain, name.encode())

    def _opened(self, value: bytes, name: str) -> Record | None:
        """None for what is damaged, another version's, or sealed by a gateway with another secret."""
        try:
            if self._seal is not None:
                value = self._seal.open(value, name.encode())
            return msgspec.msgpack.decode(value, type=Record)
        except (msgspec.DecodeError, ValueError):
            return None


def _place(name: str) -> str:
    return f"cache/answer/{name}"
