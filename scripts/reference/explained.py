"""The pages of the diagnostics and of the problems, from the explanations that the gateway itself serves."""

from collections.abc import Iterator

from gateway import diagnostics as told
from gateway import errors
from scripts.reference.tables import table


def diagnostics() -> Iterator[str]:
    yield "# Diagnostics"
    yield ""
    rows = [(f"`{code}`", told.severity_of(code), text) for code, text in told.CODES.items()]
    yield from table(("code", "severity", "about"), rows)


def problems() -> Iterator[str]:
    yield "# Problems"
    yield ""
    yield "What the gateway itself answers, as RFC 9457 problem documents. Error rules add their own."
    yield ""
    rows = {(f"`{leaf.slug}`", str(leaf.status), leaf.title) for leaf in _leaves(errors.GatewayError)}
    yield from table(("slug", "status", "title"), sorted(rows))


def _leaves(error: type[errors.GatewayError]) -> Iterator[type[errors.GatewayError]]:
    if not error.__subclasses__():
        yield error
    for child in error.__subclasses__():
        yield from _leaves(child)
