"""`events:` — whom the gateway tells what happens to users' connections."""

from typing import Annotated

from msgspec import Meta

from gateway.config.texts import Url
from gateway.declared import Settings
from gateway.units import Secret


class Events(Settings, frozen=True, kw_only=True):
    """A server of yours that hears what happens to users' connections, as Standard Webhooks has it."""

    url: Annotated[
        Url,
        Meta(
            description="Where they are sent, by POST, until it answers with a status of 2xx; for more than a day.",
            examples=["https://app.example/hooks/gateway"],
        ),
    ]
    secret: Annotated[
        Secret,
        Meta(
            description="What they are signed with: `whsec_` and base64, or any other text.",
            examples=["${EVENTS_SECRET}"],
        ),
    ]
    allow_private: Annotated[
        bool,
        Meta(description="Whether it may be at a private address, or without TLS: one of your own.", examples=[True]),
    ] = False
