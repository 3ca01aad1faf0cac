"""Names are looked up once for all who ask, kept for a while, and never lead inward unless they may."""

import asyncio
import ipaddress

import pytest

from gateway.errors import AddressForbidden, NameNotResolved
from gateway.upstream.resolve import Addresses, Lookup, Resolver, is_public
from tests.kit import clock, run

PUBLIC = ("198.51.99.7", "2606:4700::1111")


class Names:
    """A name service that counts its questions and answers after `seconds`."""

    def __init__(self, *answers: Addresses | OSError, seconds: float = 0.0) -> None:
        self.asked: list[str] = []
        self._answers = [*answers]
        self._seconds = seconds

    async def __call__(self, host: str) -> Addresses:
        self.asked.append(host)
        await asyncio.sleep(self._seconds)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer


def resolver(lookup: Lookup, *, allow_private: bool = False) -> Resolver:
    return Resolver(allow_private=allow_private, lookup=lookup, clock=clock)


def test_an_answer_is_kept_for_thirty_seconds() -> None:
    async def main() -> None:
        names = Names(PUBLIC)
        asking = resolver(names)
        assert await asking.addresses("vendor.example") == PUBLIC
        await asyncio.sleep(29)
        await asking.addresses("vendor.example")
        assert len(names.asked) == 1
        await asyncio.sleep(2)
        await asking.addresses("vendor.example")
        assert len(names.asked) == 2

    run(main())


def test_a_failure_is_kept_for_five_seconds() -> None:
    async def main() -> None:
        names = Names(OSError("no such name"), PUBLIC)
        asking = resolver(names)
        for _ in range(2):
            with pytest.raises(NameNotResolved):
                await asking.addresses("vendor.example")
        assert len(names.asked) == 1
        await asyncio.sleep(6)
        assert await asking.addresses("vendor.example") == PUBLIC

    run(main())


def test_a_kept_failure_is_a_new_exception_each_time() -> None:
    async def main() -> None:
        asking = resolver(Names(OSError("no such name")))
        raised = []
        for _ in range(2):
            with pytest.raises(NameNotResolved) as caught:
                await asking.addresses("vendor.example")
            raised.append(caught.value)
        assert raised[0] is not raised[1]

    run(main())


def test_all_who_ask_at_once_wait_for_one_lookup() -> None:
    async def main() -> None:
        names = Names(PUBLIC, seconds=1.0)
        asking = resolver(names)
        answers = await asyncio.gather(*[asking.addresses("vendor.example") for _ in range(20)])
        assert answers == [PUBLIC] * 20
        assert len(names.asked) == 1

    run(main())


def test_whoever_leaves_does_not_take_the_answer_from_the_others() -> None:
    async def main() -> None:
        asking = resolver(Names(PUBLIC, seconds=1.0))
        first = asyncio.create_task(asking.addresses("vendor.example"))
        second = asyncio.create_task(asking.addresses("vendor.example"))
        await asyncio.sleep(0.5)
        first.cancel()
        assert await second == PUBLIC

    run(main())


def test_a_lookup_that_hangs_is_given_up_after_the_connect_timeout_and_its_answer_is_kept() -> None:
    async def main() -> None:
        names = Names(PUBLIC, seconds=10.0)
        asking = resolver(names)
        with pytest.raises(NameNotResolved):
            await asking.addresses("vendor.example", 2.0)
        await asyncio.sleep(9)
        assert await asking.addresses("vendor.example", 2.0) == PUBLIC
        assert len(names.asked) == 1

    run(main())


def test_the_same_addresses_in_another_order_are_no_change() -> None:
    async def main() -> None:
        asking = resolver(Names(PUBLIC, PUBLIC[::-1], ("198.51.99.8",)))
        first = await asking.addresses("vendor.example")
        await asyncio.sleep(31)
        assert await asking.addresses("vendor.example") is first
        await asyncio.sleep(31)
        assert await asking.addresses("vendor.example") == ("198.51.99.8",)

    run(main())


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.0.0.1", "0x7F000001", "017700000001", "vendor.0x7f"])
def test_a_number_that_only_some_take_for_an_address_is_refused(host: str) -> None:
    async def main() -> None:
        names = Names(PUBLIC)
        with pytest.raises(AddressForbidden):
            await resolver(names, allow_private=True).addresses(host)
        assert names.asked == []

    run(main())


def test_a_name_with_one_inward_address_among_public_ones_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(AddressForbidden):
            await resolver(Names((*PUBLIC, "10.0.0.1"))).addresses("vendor.example")

    run(main())


def test_inward_addresses_are_reached_where_they_are_allowed() -> None:
    async def main() -> None:
        asking = resolver(Names(("10.0.0.1",)), allow_private=True)
        assert await asking.addresses("vendor.example") == ("10.0.0.1",)
        assert await asking.addresses("127.0.0.1") == ("127.0.0.1",)

    run(main())


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_of_no_public_network_is_inward(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", *PUBLIC])
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
