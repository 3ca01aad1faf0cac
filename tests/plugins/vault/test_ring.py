"""Key rings: read, made, and refused with what would be right."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from gateway_vault.ring import made_in, parse, written

A, B = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def test_the_first_key_seals() -> None:
    ring = parse(f"new:{A}, old:{B}\n")

    assert (ring.primary, set(ring.keys)) == ("new", {"new", "old"})
    assert parse(written(ring)) == ring


def test_keys_are_not_in_what_is_printed() -> None:
    assert repr(parse(f"new:{A}")) == "Ring(new)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the vault has no key"),
        ("mark-of-a-key", "the vault's keys have the form `id:base64,id:base64`"),
        ("k1:mark-of-a-key", "the vault's key `k1` is not 32 bytes in base64: `openssl rand -base64 32`"),
        (f"k1:{A[:-4]}", "the vault's key `k1` is not 32 bytes"),
        (f"k1:{A},k1:{B}", "the vault has two keys `k1`"),
        (f"k 1:{A}", "the vault's keys have the form"),
    ],
)
def test_what_is_no_ring_is_told_without_telling_a_key(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")) as refused:
        parse(text)
    assert "mark" not in str(refused.value)


def test_a_ring_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "var" / "vault.keys"
    made = made_in(file)

    assert made_in(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(ValueError, match="others may read"):
        made_in(file)


def test_processes_that_start_together_have_one_ring(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from gateway_vault.ring import made_in, written; "
    script += "sys.stdin.readline(); print(written(made_in(Path(sys.argv[1]))))"
    command = [sys.executable, "-c", script, str(tmp_path / "vault.keys")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = {process.communicate("now\n", timeout=60)[0] for process in processes}

    assert len(told) == 1
