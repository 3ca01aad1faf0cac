"""What lies in common is given to whom it belongs, and never trusted blindly: names, owners, seals, nonsense."""

import hashlib
import hmac
import os
import subprocess
import sys

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Operation, Parameter, Reply
from gateway_policies.cache_company import Company
from gateway_policies.cache_fields import Asked, entry_of
from gateway_policies.cache_second import Second
from gateway_policies.cache_store import CacheStore
from tests.kit import kit, operation, run
from tests.policies.processes import SETTINGS, Vendor, company, settled


async def taken_for(value: bytes, *, user_bound: bool) -> tuple[bytes, bytes]:
    """What a second process makes of a value that lies where the answer should be, beside what is right."""
    vendor = Vendor()
    common, (first, second, _) = company(vendor, user_bound=user_bound)
    await first.read("ann")
    await settled()
    (name,) = common.given
    common.instead[name] = value
    return await second.read("ann"), b"ann 2"


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.booleans())
def test_nonsense_is_no_answer_and_no_error(value: bytes, user_bound: bool) -> None:
    found, right = run(taken_for(value or b"\0", user_bound=user_bound))
    assert found == right


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_sealed_answer_in_which_one_byte_is_another_is_no_answer(place: int, change: int) -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor, user_bound=True)
        await first.read("ann")
        await settled()
        ((name, value),) = common.given.items()
        at = place % len(value)
        common.instead[name] = value[:at] + bytes([value[at] ^ change]) + value[at + 1 :]
        assert await second.read("ann") == b"ann 2"

    run(main())


def test_an_answer_that_was_put_in_the_place_of_another_users_is_no_answer() -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor, user_bound=True)
        await first.read("ann")
        await first.read("bob")
        await settled()
        (anns, bobs), (hers, his) = common.given, common.given.values()
        common.instead = {anns: his, bobs: hers}
        assert (await second.read("ann"), await second.read("bob")) == (b"ann 3", b"bob 4")

    run(main())


def test_an_answer_is_sealed_for_the_name_under_which_it_lies() -> None:
    async def main() -> None:
        common, (first, *_) = company(Vendor(), user_bound=True)
        await first.read("ann")
        await settled()
        ((place, value),) = common.given.items()
        seal = AESGCM(hmac.digest(b"s", b"cached answers", hashlib.sha256))
        name = place.rpartition("/")[2].encode()
        assert b"ann 1" in seal.decrypt(value[:12], value[12:], name)
        with pytest.raises(InvalidTag):
            seal.decrypt(value[:12], value[12:], name[:-1])

    run(main())


@pytest.mark.parametrize(("owner", "found"), [("user ann", True), ("user bob", False)])
def test_an_answer_that_says_to_be_anothers_is_no_answer_even_under_the_right_name(owner: str, found: bool) -> None:
    async def main() -> None:
        using = msgspec.structs.replace(kit(), secret=b"s")
        second = Second(Company(using.shared, CacheStore()), using, operation(), (), late=0, declared=())
        asked = Asked((("crm", "x", 1), "user ann", (), (), (), None), "user ann")
        anothers = msgspec.structs.replace(asked, owner=owner)
        entry = entry_of(anothers, Reply(200), since=0.0, ttl=60.0, stamp=0, versions=(), largest=1000)
        assert entry is not None
        assert await second.put(entry, second.name(asked), 0)
        assert (await second.find(asked, second.name(asked), 0, 0) is not None) == found

    run(main())


def test_what_was_asked_cannot_be_told_from_what_lies_there_under_which_name() -> None:
    async def main() -> None:
        common, (first, *_) = company(Vendor(), user_bound=True)
        await first.read("ann", path={"id": "number-7"}, query=(("secret", "word"),))
        await settled()
        lies = repr(common.given).encode()
        assert not any(part in lies for part in (b"ann", b"number-7", b"word"))

    run(main())


def named(secret: bytes = b"s") -> str:
    """The name of one answer in this process."""

    async def main() -> str:
        using = msgspec.structs.replace(kit(), secret=secret)
        parameters = tuple(Parameter(name=name, place="query", vendor=name, schema={"type": "string"}) for name in "ab")
        at: Operation = operation(parameters=parameters, tags=("x", "y"))
        second = Second(Company(using.shared, CacheStore()), using, at, (), late=0, declared=(at, SETTINGS))
        return second.name(Asked((("crm", "x", 1), "", (("id", "1"),), (), (), None), ""))

    return run(main())


def test_an_answer_has_one_name_in_every_process() -> None:
    code = "from tests.policies.test_cache_sealed import named; print(named())"
    environ = {**os.environ, "PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == named()


def test_whoever_has_another_secret_has_other_names() -> None:
    assert named() != named(b"another gateway's")
