"""The page of every variable of the environment that is not an option's."""

from collections.abc import Iterator

from scripts.reference.tables import table

VARIABLES = {
    "INTEGRATIONS_STUB_MODE": "`true` stubs every vendor, `false` none; unset leaves it to the file.",
    "CIRCUIT_BREAKER_ENABLED": "`false` switches every breaker off.",
    "RATE_LIMIT_PER_MINUTE": "A number of requests a minute, for every quota that is on.",
    "GATEWAY_LINK_SECRET": "Any long text: seals the links to further pages. With the same one, several gateways and "
    "one that was restarted follow each other's; workers share one by themselves.",
    "GATEWAY_ENV": "`production` refuses what is for demos, on loopback too.",
    "NO_COLOR": "Set to anything: no colours, on a terminal either.",
}

_HEAD = """\
# Environment

A config refers to variables of its own as `${NAME}`. These are the gateway's; the variables of the commands' options
stand [beside the options](commands.md).
"""


def environment() -> Iterator[str]:
    yield _HEAD
    yield from table(("variable", "what it does"), [(f"`{name}`", text) for name, text in VARIABLES.items()])
