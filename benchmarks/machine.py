"""On which core what runs, and what a figure has to name beside itself: machine, day and versions."""

import datetime
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec

OURS = ("integration-gateway", "granian", "wreq", "uvloop", "litestar")


class Cores(msgspec.Struct, frozen=True):
    """One core for the server under test, another for the upstream and the load; None where there are not two."""

    server: int | None
    load: int | None

    @classmethod
    def available(cls) -> "Cores":
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) == 1 or shutil.which("taskset") is None:
            return cls(None, None)
        return cls(cores[0], cores[-1])


def pinned(command: list[str], core: int | None) -> list[str]:
    return command if core is None else ["taskset", "-c", str(core), *command]


def described(cores: Cores) -> Mapping[str, object]:
    """What may be published of the machine: no names and no paths."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "pinned": cores.server is not None,
        "python": platform.python_version(),
        **{name: version(name) for name in OURS},
    }


def said(*command: str) -> str:
    """The first line with a version in what a program says of itself; empty where it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    return next((line.strip() for line in lines if any(character.isdigit() for character in line)), "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def resident(process_id: int) -> float:
    """Megabytes of memory that a process holds, its children included."""
    return sum(int(_stat(each)[21]) for each in family(process_id)) * os.sysconf("SC_PAGESIZE") / 1e6


def processor_seconds(process_id: int) -> float:
    """What a process has had of the processor, its threads and children included."""
    ticks = sum(int(field) for each in family(process_id) for field in _stat(each)[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(process_id: int) -> list[int]:
    """The process and all that it has started, and they."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [process_id, *(found for child in children for found in family(int(child)))]


def _stat(process_id: int) -> list[str]:
    """The fields of /proc/…/stat from the third on: what stands before them may hold spaces."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
