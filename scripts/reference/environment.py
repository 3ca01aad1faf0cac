"""The page of every variable of the environment that is not an option's."""

from collections.abc import Iterator

from scripts.reference.tables import table

VARIABLES = {
    "INTEGRATIONS_STUB_MODE": "`true` stubs every vendor, `false` none; unset leaves it to the file.",
    "CIRCUIT_BREAKER_ENABLED": "`false` switches every breaker off.",
    "RATE_LIMIT_PER_MINUTE": "A number of requests a minute, for every quota that is on.",
    "GATEWAY_LINK_SECRET": "Any long text: seals the links to further pages. With the same one, several gateways and "
    "one that was restarted follow each other's; workers share one by themselves.",
    "GATEWAY_VAULT_KEYS": "The keys that users' tokens are sealed with, where `server.vault` names no others: "
    "`id:base64`, with commas between them; the first one seals.",
    "VAULT_ADDR": "The address of Vault or OpenBao, for `${vault:path#field}`; `VAULT_CACERT` is a file with the "
    "authority that signed its certificate, `VAULT_NAMESPACE` a namespace.",
    "VAULT_TOKEN": "The token to read it with. Or `VAULT_ROLE_ID` with `VAULT_SECRET_ID` or `VAULT_SECRET_ID_FILE`, "
    "or `VAULT_K8S_ROLE` with `VAULT_K8S_TOKEN_FILE`; `VAULT_AUTH_MOUNT` says where that login is mounted.",
    "GATEWAY_ACCESS_LOG": "Which requests have a line on stdout: `all`, `errors` (400 and above) or `off`.",
    "GATEWAY_LOG": "`json` makes each of the gateway's own lines on stderr a JSON object; `text` is for people.",
    "GATEWAY_ADMIN_KEY": "The key that commands bring to an admin address that asks for one.",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "The collector that gets traces, such as `http://127.0.0.1:4318`. Other variables "
    "of OpenTelemetry say how: `OTEL_EXPORTER_OTLP_PROTOCOL` (`http/protobuf` or `grpc`), `OTEL_TRACES_SAMPLER`, "
    "`OTEL_TRACES_SAMPLER_ARG`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_EXPORTER_OTLP_HEADERS`.",
    "GATEWAY_SLOW_SECONDS": "From how many seconds on a request is slow, whose trace is kept whatever the ratio; 5.",
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
