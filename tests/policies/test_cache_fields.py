"""Who has an answer already is told that it is still the same."""

import pytest

from gateway import Call, Reply
from tests.kit import call, run
from tests.policies.cached import Vendor, cached


def tags_of(*values: bytes) -> Call:
    return call(headers=tuple((b"if-none-match", value) for value in values))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ([b'"v1"'], 304),
        ([b'W/"v1"'], 304),
        ([b'"v0", "a,b" ,W/"v1"'], 304),
        ([b'"v0"', b'"v1"'], 304),
        ([b" * "], 304),
        ([b'"v0"'], 200),
        ([b'"v0, v1"'], 200),
        ([b"v1"], 200),
        ([b'"*"'], 200),
    ],
)
@pytest.mark.parametrize("tag", [b'"v1"', b'W/"v1"'])
def test_who_has_the_answer_already_is_told_so(asked: list[bytes], status: int, tag: bytes) -> None:
    async def main() -> list[Reply]:
        fields = ((b"content-type", b"text/plain"), (b"etag", tag), (b"last-modified", b"x"))
        handler = cached(Vendor(seconds=0, fields=fields))
        return [await handler(tags_of(*asked)) for _ in range(2)]

    fetched, hit = run(main())
    if status == 304:
        kept = ((b"etag", tag), (b"last-modified", b"x"))
        assert fetched == Reply(304, (*kept, (b"cache-status", b"gateway; fwd=uri-miss; stored; ttl=60")))
        assert hit == Reply(304, (*kept, (b"age", b"0"), (b"cache-status", b"gateway; hit; ttl=60")))
    assert (fetched.status, hit.status) == (status, status)
    assert hit.header(b"etag") == tag


def test_only_a_read_is_answered_by_a_304() -> None:
    async def main() -> list[Reply]:
        handler = cached(Vendor(seconds=0), methods=("POST",))
        return [await handler(call(method="POST", headers=((b"if-none-match", b"*"),))) for _ in range(2)]

    assert [reply.status for reply in run(main())] == [200, 200]


def test_an_answer_too_large_to_be_kept_costs_no_entity_tag() -> None:
    vendor = Vendor()
    vendor.reply = Reply(200, (), b"x" * 9 * 1024 * 1024)
    assert run(cached(vendor)(call())).header(b"etag") is None  # type: ignore[arg-type]  # a pipeline is a coroutine
