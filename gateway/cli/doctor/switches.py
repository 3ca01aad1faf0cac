"""The variables that override a config or switch something on, which nobody remembers to have set."""

from collections.abc import Iterator, Mapping

from gateway.cli.findings import Finding, fail, ok, warn
from gateway.plan import Flags
from gateway.tracing import origin, read


def switches(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        flags = Flags.read(environ)
    except ValueError as wrong:
        yield fail(str(wrong), "set it to what it may be, or unset it")
        return
    found = [*_overrides(flags)]
    yield from found or [ok("no variable overrides the config")]
    if environ.get("GATEWAY_ENV") == "production":
        yield ok("GATEWAY_ENV=production refuses what is for demos")
    yield from _traces(environ)


def _traces(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        settings = read(environ)
    except ValueError as wrong:
        yield fail(str(wrong), "set it to what it may be, or unset it")
        return
    if settings is not None:
        share = f"{settings.ratio:.4g} of them, and what fails or takes {settings.slow:g} s"
        yield ok(f"traces go to {origin(settings.endpoint)} by {settings.protocol}: {share}")


def _overrides(flags: Flags) -> Iterator[Finding]:
    if flags.stub is True:
        yield warn("INTEGRATIONS_STUB_MODE=true: no vendor is asked, stubs answer", "unset it to reach the vendors")
    if flags.stub is False:
        yield ok("INTEGRATIONS_STUB_MODE=false: no endpoint is stubbed, whatever the config says")
    if flags.breaker is False:
        yield warn("CIRCUIT_BREAKER_ENABLED=false: every breaker is off", "unset it")
    if flags.per_minute is not None:
        yield ok(f"RATE_LIMIT_PER_MINUTE={flags.per_minute}: every quota that is on")
