"""The last requests are remembered, failures longer, and of all that was sent nothing."""

import msgspec

from gateway.observing.ring import FAILED, LISTED, RECENT, REQUEST, REQUESTS, Asked, Kept, Ring
from tests.gateway.observing.records import finished
from tests.kit import kit, operation, run


class World:
    """A ring, asked as the workers of a gateway ask each other."""

    def __init__(self) -> None:
        self.kit = kit(now=5_000.0)
        self.ring = Ring(self.kit)

    async def one(self, correlation_id: str) -> list[Kept]:
        (said,) = await self.kit.workers.gather(REQUEST, correlation_id)
        return msgspec.msgpack.decode(said, type=list[Kept])

    async def listed(self, **asked: object) -> list[str]:
        (said,) = await self.kit.workers.gather(REQUESTS, msgspec.json.encode(Asked(**asked)).decode())  # type: ignore[arg-type]
        return [one.correlation_id for one in msgspec.msgpack.decode(said, type=list[Kept])]


def test_a_request_is_found_by_its_id_with_all_that_was_decided() -> None:
    async def main() -> None:
        world = World()
        world.ring([finished(("cache.miss", {}), ("attempt.sent", {"attempt": 1}), attempts=1, upstream=0.2)])

        (one,) = await world.one("c-1")

        assert (one.integration, one.endpoint, one.route) == ("crm", "list_contacts", "/api/v1/crm/contacts")
        assert (one.status, one.slug, one.caller, one.attempts, one.seconds, one.upstream) == (
            200,
            "",
            "ann",
            1,
            0.25,
            0.2,
        )
        assert one.at == 5_000.0
        assert [(event.name, dict(event.detail)) for event in one.events] == [
            ("cache.miss", {}),
            ("attempt.sent", {"attempt": 1}),
        ]

    run(main())


def test_an_id_that_a_caller_gives_twice_finds_both_and_an_unknown_one_finds_nothing() -> None:
    async def main() -> None:
        world = World()
        world.ring([finished(status=200), finished(status=502), finished(correlation_id="other")])

        assert [one.status for one in await world.one("c-1")] == [200, 502]
        assert await world.one("nobody") == []

    run(main())


def test_a_thousand_successes_do_not_drive_out_a_failure_and_nothing_grows_without_end() -> None:
    async def main() -> None:
        world = World()
        world.ring([finished(correlation_id="bad", status=503)])
        world.ring([finished(correlation_id=f"s-{number}") for number in range(RECENT + 1)])

        assert len(await world.one("bad")) == 1
        assert await world.one("s-0") == []

        world.ring([finished(correlation_id=f"f-{number}", status=500) for number in range(FAILED)])
        assert await world.one("bad") == []

    run(main())


def test_a_list_has_the_newest_first_and_only_what_was_asked_for() -> None:
    async def main() -> None:
        world = World()
        other = operation(integration="mail", name="send", route="/api/v1/mail/send")
        world.ring(
            [
                finished(correlation_id="a", began=1.0),
                finished(correlation_id="b", began=2.0, status=503, slug="circuit-open"),
                finished(correlation_id="c", began=3.0, operation=other, caller="bob"),
                finished(correlation_id="d", began=4.0, operation=None, status=404, slug="no-such-endpoint", caller=""),
            ]
        )

        assert await world.listed() == ["d", "c", "b", "a"]
        assert await world.listed(most=1) == ["d"]
        assert await world.listed(failed=True) == ["d", "b"]
        assert await world.listed(slug="circuit-open") == ["b"]
        assert await world.listed(endpoint="crm") == ["b", "a"]
        assert await world.listed(endpoint="mail.send") == ["c"]
        assert await world.listed(caller="bob") == ["c"]

    run(main())


def test_a_list_is_never_longer_than_it_may_be() -> None:
    async def main() -> None:
        world = World()
        world.ring([finished(correlation_id=str(number)) for number in range(LISTED + 50)])

        assert len(await world.listed(most=100_000)) == LISTED

    run(main())
