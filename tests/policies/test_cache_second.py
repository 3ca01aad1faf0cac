"""What lies in common is given to whom it belongs, while it is of use, and never trusted blindly."""

import asyncio
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

from gateway import Duration, Operation, Parameter, Reply, Verdict
from gateway.errors import CircuitOpen, UpstreamReset
from gateway_policies.cache import Cache
from gateway_policies.cache_company import Company
from gateway_policies.cache_fields import Asked, entry_of
from gateway_policies.cache_second import Second
from gateway_policies.cache_store import CacheStore
from tests.kit import kit, operation, run
from tests.policies.processes import Common, Process, Vendor, company, settled

PATIENT = Cache(ttl=Duration(60), stale_while_revalidate=Duration(30), stale_if_error=Duration(600), tags=("contacts",))
MISSING = Reply(404, (), b"{}", Verdict(slug="no-such-contact", status=404, title="No such contact", kind="rejected"))


@pytest.mark.parametrize("failure", [UpstreamReset(), CircuitOpen()])
def test_a_process_that_never_had_it_gives_it_out_stale_where_the_vendor_fails(failure: Exception) -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read()
        await asyncio.sleep(100.5)
        vendor.failure = failure
        reply = await second.ask()
        assert (reply.body, reply.header(b"cache-status")) == (b"None 1", b"gateway; hit; ttl=-41")

    run(main())


def test_a_process_that_never_had_it_gives_it_out_stale_while_it_refreshes() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, (first, second, third) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(70.5)
        reply = await second.ask()
        assert (reply.body, reply.header(b"cache-status")) == (b"None 1", b"gateway; hit; ttl=-11")
        await asyncio.sleep(2)
        assert await second.read() == await third.read() == b"None 2"
        assert vendor.asked == 2

    run(main())


def test_past_its_windows_it_is_fetched_anew() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(95)
        assert await second.read() == b"None 2"

    run(main())


def test_that_there_is_no_such_thing_is_known_to_all_with_what_it_means() -> None:
    async def main() -> None:
        vendor = Vendor()
        vendor.reply = MISSING
        negative = Cache(ttl=Duration(60), negative=Duration(30), stale_if_error=Duration(600), tags=("contacts",))
        _, (first, second, third) = company(vendor, settings=negative)
        assert [await process.ask() for process in (first, second)] == [await third.ask()] * 2
        assert vendor.asked == 1
        await first.write()
        vendor.reply = None
        assert await second.read() == b"None 2"

    run(main())


def test_what_is_not_there_any_more_is_not_to_be_had_from_the_others_either() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(70)
        vendor.reply = MISSING
        assert (await first.ask()).status == 200  # stale, while it is refreshed
        await settled()
        assert (await second.ask()).status == (await first.ask()).status == 404
        vendor.failure = UpstreamReset()
        with pytest.raises(UpstreamReset):
            await second.ask()

    run(main())


def test_an_older_answer_of_the_others_does_not_take_the_place_of_a_newer_one() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read()
        await asyncio.sleep(65)
        second.way.lost = True
        assert await second.read() == b"None 2"
        second.way.lost = False
        await asyncio.sleep(65)
        vendor.failure = UpstreamReset()
        assert await second.read() == b"None 2"

    run(main())


def test_that_there_is_no_such_thing_is_never_stale_whatever_the_clocks_say() -> None:
    async def main() -> None:
        vendor, common = Vendor(), Common()
        vendor.reply = MISSING
        negative = Cache(ttl=Duration(60), negative=Duration(30), stale_while_revalidate=Duration(600))
        first, ahead = Process(common, vendor, negative), Process(common, vendor, negative, now=1_800_000_004.0)
        await first.ask()
        await asyncio.sleep(28)
        vendor.reply = None
        assert await ahead.read() == b"None 2"

    run(main())


def test_an_answer_from_a_clock_that_is_ahead_is_not_fresh_for_longer() -> None:
    async def main() -> None:
        vendor = Vendor()
        common = Common()
        ahead, behind = Process(common, vendor, now=1_800_003_600.0), Process(common, vendor)
        await ahead.read()
        await settled()
        assert await behind.read() == b"None 2"

    run(main())


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
        second = Second(Company(using.shared, CacheStore()), using, at, (), late=0, declared=(at, PATIENT))
        return second.name(Asked((("crm", "x", 1), "", (("id", "1"),), (), (), None), ""))

    return run(main())


def test_an_answer_has_one_name_in_every_process() -> None:
    code = "from tests.policies.test_cache_second import named; print(named())"
    environ = {**os.environ, "PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == named()


def test_whoever_has_another_secret_has_other_names() -> None:
    assert named() != named(b"another gateway's")
