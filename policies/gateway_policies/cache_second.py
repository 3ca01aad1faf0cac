"""Answers that other processes have fetched: found by a digest, checked for whose they are, a user's own sealed."""

import hashlib
import hmac
import os
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway import Headers, Kit, NotShared, Operation, Verdict
from gateway_policies.cache_company import Company
from gateway_policies.cache_fields import Asked
from gateway_policies.cache_store import Entry, Version

NONCE_BYTES = 12


class Record(msgspec.Struct, frozen=True, array_like=True):
    """An answer as it lies in the shared state. `at` is seconds since 1970, `ttl` seconds from then.

    `key` and `owner` are repeated inside: what was put under another name, or for somebody else, is not an answer.
    """

    key: bytes
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
    """The answers of one endpoint that its processes have in common; `kept` is for how many seconds one can be of use.

    `declared` is whatever an answer depends on beside the request: endpoints that are declared otherwise share nothing.
    """

    def __init__(
        self,
        company: Company,
        kit: Kit,
        operation: Operation,
        versions: Sequence[Version],
        *,
        kept: float,
        declared: object,
    ) -> None:
        self.company = company
        self._now, self._clock = kit.now, kit.clock
        self._versions = versions
        self._kept = kept
        fingerprint = hashlib.sha256(repr((operation.id, declared)).encode()).digest()
        self._digest = hmac.new(kit.secret, fingerprint, hashlib.sha256)
        sealing = hmac.digest(kit.secret, b"cached answers", hashlib.sha256)
        self._seal = AESGCM(sealing) if operation.user_bound else None

    def name(self, asked: Asked) -> str:
        """What an answer is called; nobody can tell from it what was asked."""
        digest = self._digest.copy()
        digest.update(msgspec.msgpack.encode(asked.key[1:]))
        return digest.hexdigest()

    async def find(self, asked: Asked, name: str, stamp: int) -> Entry | None:
        """What another process has fetched, fresh or stale; None where there is none, or nobody can be asked."""
        try:
            number = await self.company.numbers(self._versions)
            value = await self.company.shared.get(f"cache/answer/{name}")
        except NotShared:
            return None
        record = None if value is None else self._opened(value, name)
        if record is None or record.key != name.encode() or record.owner != asked.owner or record.number != number:
            return None
        age = max(self._now() - record.at, 0.0)
        since = self._clock() - age
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
            status=record.status,
            verdict=record.verdict,
        )

    async def number(self) -> int | None:
        """What the tags come to before a fetch begins: an answer from before a write must not pass for a newer one."""
        try:
            return await self.company.numbers(self._versions)
        except NotShared:
            return None

    async def put(self, entry: Entry, name: str, number: int) -> None:
        record = Record(
            key=name.encode(),
            owner=entry.owner,
            number=number,
            at=self._now() - (self._clock() - entry.since),
            ttl=entry.expires - entry.since,
            headers=entry.headers,
            validators=entry.validators,
            tag=entry.tag,
            body=entry.body,
            status=entry.status,
            verdict=entry.verdict,
        )
        try:
            await self.company.shared.put(f"cache/answer/{name}", self._sealed(record, name), self._kept)
        except NotShared:
            return

    def _sealed(self, record: Record, name: str) -> bytes:
        plain = msgspec.msgpack.encode(record)
        if self._seal is None:
            return plain
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, plain, name.encode())

    def _opened(self, value: bytes, name: str) -> Record | None:
        """None for what is damaged, another version's, or sealed by a gateway with another secret."""
        try:
            if self._seal is not None:
                value = self._seal.decrypt(value[:NONCE_BYTES], value[NONCE_BYTES:], name.encode())
            return msgspec.msgpack.decode(value, type=Record)
        except (InvalidTag, msgspec.DecodeError, ValueError):
            return None
