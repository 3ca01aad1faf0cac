"""What can be wrong with a machine or an installation, looked at one thing after the other."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.cli.doctor.configuration import configuration
from gateway.cli.doctor.installation import installation
from gateway.cli.doctor.machine import machine
from gateway.cli.doctor.switches import switches
from gateway.cli.findings import Finding

__all__ = ["Finding", "examined"]


def examined(config: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """From what everything stands on to what stands on it; a failure does not keep the rest from being looked at."""
    yield from installation()
    yield from switches(environ)
    server = yield from configuration(config, environ)
    yield from machine(server, environ)
