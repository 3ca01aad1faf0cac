"""An integration and its native mount, as they are written; the registry adds the policies' keys."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gateway.config.openapi import OpenApi
from gateway.config.texts import Allowed, RootedPath
from gateway.declared import Settings


class Native(Settings, frozen=True, kw_only=True):
    """The vendor's own paths, for the vendor's own SDK."""

    mount: Annotated[
        RootedPath,
        Meta(
            description="Where they begin: what the SDK is given as its base address, below the gateway's.",
            examples=["/native/vapi"],
        ),
    ]
    base_url: Annotated[
        str | None,
        Meta(
            description="Where they lead to; the integration's if left out. For SDKs that put more into the path.",
            examples=["https://api.twilio.com"],
        ),
    ] = None
    allow: Annotated[
        tuple[Allowed, ...],
        Meta(
            description="What may be asked, method and path: `*` is one segment, `**` any number. All else is a 404.",
            examples=[["GET /assistant", "GET /assistant/*"]],
        ),
    ]
    rewrite: Annotated[
        dict[
            str,
            Annotated[
                str,
                Meta(
                    description="What the vendor is asked instead; `*` and `**` stand for what they stood for.",
                    examples=["/2010-04-01/Accounts/${TWILIO_ACCOUNT_SID}/**"],
                ),
            ],
        ],
        Meta(
            description="Path patterns, and what the vendor is asked instead; the first that fits counts. For paths "
            "that hold what callers do not know.",
            examples=[{"/2010-04-01/Accounts/*/**": "/2010-04-01/Accounts/${TWILIO_ACCOUNT_SID}/**"}],
        ),
    ] = field(default_factory=dict)
    error_format: Annotated[
        Literal["vendor", "problem", "both"],
        Meta(
            description="How the gateway's own refusals look: as `error_body`, which the SDK understands, as a problem "
            "document, or as one with the members of both.",
            examples=["vendor"],
        ),
    ] = "vendor"
    error_body: Annotated[
        Any,
        Meta(
            description="The vendor's error document, with {status}, {title} and {detail} to be filled in. Without it "
            "refusals are problem documents.",
            examples=[{"message": "{detail}", "statusCode": "{status}"}],
        ),
    ] = None


class Integration(Settings, frozen=True, kw_only=True):
    """A vendor."""

    title: Annotated[str, Meta(description="Its name, for people; the key's own if left out.", examples=["Vapi"])] = ""
    base_url: Annotated[
        str,
        Meta(
            description="Where its interface is: what every `upstream` is appended to. Only https and public "
            "addresses, unless `allow_private` says otherwise.",
            examples=["https://api.vapi.ai", "${VAPI_BASE_URL:-https://api.vapi.ai}"],
        ),
    ]
    allow_private: Annotated[
        bool,
        Meta(
            description="Whether it may be at a private address, or without TLS. For a service in your own network; "
            "never for an address that somebody else chooses.",
            examples=[True],
        ),
    ] = False
    native: Annotated[
        Native | None,
        Meta(
            description="The vendor's own paths beside the endpoints, for the vendor's own SDK: only its base address "
            "changes.",
            examples=[{"mount": "/native/vapi", "allow": ["GET /assistant", "GET /assistant/*"]}],
        ),
    ] = None
    openapi: Annotated[
        OpenApi | None,
        Meta(
            description="Endpoints taken from the vendor's own OpenAPI document; what stands under `endpoints` by the "
            "same name is laid over them.",
            examples=[{"document": "specs/twilio.json", "operations": ["CreateMessage", "ListMessage"]}],
        ),
    ] = None
    extends: Annotated[
        tuple[str, ...],
        Meta(
            description="Profiles whose settings this integration takes over; the last one wins, and what is written "
            "here wins over all.",
            examples=[["patient"]],
        ),
    ] = ()
