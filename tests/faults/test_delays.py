"""What callers see when the network is slow: towards the vendor it is his time, towards redis it is nobody's."""

from pathlib import Path

import httpx
import pytest

from tests.faults.between import Between, between
from tests.faults.cases import CASES
from tests.faults.test_blackholes import CONFIG, GUARD, SHARED, asked, large
from tests.running import Running, eventually, running
from tests.services import redis_server
from tests.wire.vendors import vendor_in_thread


def _file(folder: Path, text: str) -> Path:
    file = folder / "integrations.yaml"
    file.write_text(text)
    return file


def test_a_slow_way_to_the_vendor_is_his_time_until_it_takes_too_long(tmp_path: Path) -> None:
    with vendor_in_thread({**CASES, "large": large}) as (vendor, _), between(vendor.port) as way:
        file = _file(tmp_path, CONFIG.replace("VENDOR", f"http://127.0.0.1:{way.port}"))
        with running(file, {}, "--allow-private", cwd=tmp_path) as gateway:
            way.delay = 0.1
            reply = httpx.get(f"{gateway.url}/api/v1/crm/get", trust_env=False, timeout=GUARD)
            assert (reply.status_code, len(reply.content)) == (200, 20_000)
            ours, his = [float(part.partition("dur=")[2]) for part in reply.headers["server-timing"].split(",")]
            assert ours < 190 < his

            way.delay = 0.4  # there and back is more than an attempt may take
            status, kind, took = asked(gateway)
            assert (status, kind) == (504, "upstream-timeout")
            assert took < GUARD

            way.delay = 0.0
            assert asked(gateway)[0] == 200


@pytest.mark.parametrize(("delay", "shared"), [(0.02, "ok"), (0.4, "lost")])
def test_a_slow_way_to_redis_is_waited_for_a_moment_and_then_not_at_all(
    tmp_path: Path, delay: float, shared: str
) -> None:
    def state(gateway: Running) -> str:
        told: str = httpx.get(f"{gateway.url}/health", trust_env=False).json()["shared_state"]
        return told

    def slowed(way: Between, gateway: Running) -> None:
        way.delay = delay
        answers = [asked(gateway, path=f"get/{number}") for number in range(8)]
        assert {status for status, _, _ in answers} == {200}
        assert max(took for _, _, took in answers) < GUARD
        eventually(lambda: state(gateway) == shared)
        way.delay = 0.0
        eventually(lambda: state(gateway) == "ok", 20)

    with redis_server() as redis, between(redis.port) as way:
        file = _file(tmp_path, SHARED.replace("REDIS", str(way.port)))
        with running(file, {}, cwd=tmp_path) as gateway:
            eventually(lambda: state(gateway) == "ok")
            slowed(way, gateway)
