"""An error rule as it is written: which refusal is meant, and what it becomes."""

from typing import Annotated, Literal

import msgspec

from gateway import FailureClass, Settings
from gateway_policies.errors_match import Scalar, StatusMatch, check_expression

Slug = Annotated[
    str,
    msgspec.Meta(
        pattern="^(?!.*--)[a-z]([a-z0-9-]*[a-z0-9])?$",
        extra_json_schema={"patternErrorMessage": "a slug is lower-case words with `-` between them"},
    ),
]
Reason = Literal["connect", "reset", "timeout"]
_UNAUTHENTICATED = 401


class When(Settings, frozen=True, kw_only=True):
    """What an answer (status, body, header: all that are given) or a failure (reason) must look like."""

    status: Annotated[
        StatusMatch | tuple[StatusMatch, ...] | msgspec.UnsetType,
        msgspec.Meta(
            description="The vendor's status, a class such as `4xx`, or a list of either.",
            examples=[404, "5xx", [401, 403]],
        ),
    ] = msgspec.UNSET
    body: Annotated[
        dict[
            str,
            Annotated[
                Scalar | tuple[Scalar, ...],
                msgspec.Meta(
                    description="The value that must stand there, or several of which one must.",
                    examples=[21211, [21211, 21614], "rateLimitExceeded"],
                ),
            ],
        ],
        msgspec.Meta(
            description="JMESPath into the vendor's JSON body, and the value, or the values, that it must give. All "
            "that are named have to fit.",
            examples=[{"code": [21211, 21614]}],
        ),
    ] = {}
    header: Annotated[
        dict[
            str,
            Annotated[
                str | tuple[str, ...],
                msgspec.Meta(
                    description="The whole value of the field, or several of which it is one.", examples=["0"]
                ),
            ],
        ],
        msgspec.Meta(
            description="Header fields of the vendor's answer, and the value, or the values, that they must have.",
            examples=[{"x-ratelimit-remaining": "0"}],
        ),
    ] = {}
    reason: Annotated[
        Reason | tuple[Reason, ...] | msgspec.UnsetType,
        msgspec.Meta(
            description="Why there is no answer at all: `connect` (not sent), `reset`, `timeout`. It stands alone.",
            examples=["timeout", ["connect", "reset"]],
        ),
    ] = msgspec.UNSET

    def __post_init__(self) -> None:
        answered = self.status is not msgspec.UNSET or bool(self.body) or bool(self.header)
        if self.reason is msgspec.UNSET and not answered:
            raise ValueError("`when` is empty: name a status, body, header or reason")
        if self.reason is not msgspec.UNSET and answered:
            raise ValueError("`reason` stands alone: where there is no answer there is no status, body or header")
        for expression in self.body:
            check_expression(expression)


class ErrorRule(Settings, frozen=True, kw_only=True):
    """One kind of refusal and what it becomes."""

    when: Annotated[
        When,
        msgspec.Meta(
            description="What the answer or the failure must look like; all that is named has to fit.",
            examples=[{"status": 404}, {"status": 400, "body": {"code": [21211, 21614]}}],
        ),
    ]
    kind: Annotated[
        FailureClass | msgspec.UnsetType,
        msgspec.Meta(
            description="What it means to retry, breaker and rate_limit, and to the caller, whatever its status. It "
            "may stand alone: the caller then gets the gateway's own words.",
            examples=["rate_limited"],
        ),
    ] = msgspec.field(default=msgspec.UNSET, name="as")
    slug: Annotated[
        Slug | msgspec.UnsetType,
        msgspec.Meta(
            description="The problem's name in kebab-case, by which callers' programs know it. Keep it for ever.",
            examples=["contact-not-found"],
        ),
    ] = msgspec.UNSET
    status: Annotated[
        Annotated[int, msgspec.Meta(ge=400, le=599)] | msgspec.UnsetType,
        msgspec.Meta(
            description="The status that the caller gets. Never 401: callers would throw away their own key.",
            examples=[404, 422],
        ),
    ] = msgspec.UNSET
    title: Annotated[
        Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType,
        msgspec.Meta(
            description="One line that says what is wrong, the same every time.",
            examples=["That contact does not exist"],
        ),
    ] = msgspec.UNSET
    detail: Annotated[
        str,
        msgspec.Meta(
            description="More for the caller: what to do about it.", examples=["It may have been deleted meanwhile."]
        ),
    ] = ""
    retryable: Annotated[
        bool | msgspec.UnsetType,
        msgspec.Meta(
            description="Whether callers are told that the same request may succeed later; by `as` and status if left "
            "out.",
            examples=[True],
        ),
    ] = msgspec.UNSET

    def __post_init__(self) -> None:
        if self.status == _UNAUTHENTICATED:
            raise ValueError("status 401 is refused: callers would throw away their own key; 502 says it is the vendor")
        if self.kind is not msgspec.UNSET:
            if self.when.reason is not msgspec.UNSET:
                raise ValueError("`as` has no meaning beside `reason`: a failure has its class already")
            return
        needed = {"slug": self.slug, "status": self.status, "title": self.title}
        missing = [name for name, value in needed.items() if value is msgspec.UNSET]
        if missing:
            raise ValueError(f"without `as` a rule needs slug, status and title: {', '.join(missing)} is missing")
