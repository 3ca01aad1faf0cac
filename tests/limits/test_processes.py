"""Limits that hold over real processes: a vendor's, and a caller's."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from tests.limits.trial import GREEDY, MODEST, trial
from tests.running import running
from tests.wire.vendors import vendor_in_thread

QUOTA = """\
version: 1
integrations:
  crm:
    base_url: VENDOR
    allow_private: true
    quota: {requests: 10, per: 1h}
    endpoints:
      count: {route: GET /count, upstream: GET /echo}
"""


def test_four_processes_use_what_a_vendor_allows_and_no_more_and_a_greedy_caller_harms_nobody(tmp_path: Path) -> None:
    result = asyncio.run(trial(tmp_path, 4, late=0.3, gateways=1))
    assert result.refused == 0
    assert result.used >= 0.7  # the long form wants 0.9: here others use the machine as well
    assert set(result.told[MODEST]) == {200}
    assert result.told[GREEDY][503] > result.told[GREEDY][200] > 0


def test_two_workers_have_one_quota(tmp_path: Path) -> None:
    with vendor_in_thread() as (vendor, _):
        config = tmp_path / "integrations.yaml"
        config.write_text(QUOTA.replace("VENDOR", vendor.url()))
        with running(config, {}, "--workers", "2") as gateway:
            asked = [httpx.get(f"{gateway.url}/api/v1/crm/count", trust_env=False) for _ in range(40)]
    assert Counter(each.status_code for each in asked) == {200: 10, 429: 30}
