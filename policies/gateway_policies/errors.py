"""What a vendor's refusal means, and what the caller is told instead of it.

    errors:
      - when: {status: 429}
        as: rate_limited
      - when: {status: 400, body: {code: [21211, 21614]}}
        slug: invalid-phone-number
        status: 422
        title: That phone number is not valid

The first rule that matches wins; behind the declared ones stand the built-in ones. A vendor's answer is judged once,
right after `send` (slot `classify`), and the verdict travels on the Reply; the outermost stage (slot `errors`) makes
a problem document of it, as of every failure of the gateway's own.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gateway import (
    Call,
    FailureClass,
    Handler,
    Kit,
    Policy,
    Reply,
    Settings,
    Site,
    Stage,
    Verdict,
    problem_reply,
)
from gateway.errors import GatewayError
from gateway_policies.errors_match import Scalar, StatusMatch, check_expression, classifier
from gateway_policies.errors_verdict import REJECTED, TEXTS, Rule
from gateway_policies.native_errors import dress, passing

Slug = Annotated[
    str,
    msgspec.Meta(
        pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        description="kebab-case name of a problem",
        extra_json_schema={"patternErrorMessage": "a slug is lower-case words with `-` between them"},
    ),
]
Reason = Literal["connect", "reset", "timeout"]
_UNAUTHENTICATED = 401


class When(Settings, frozen=True, kw_only=True):
    """What an answer (status, body, header: all that are given) or a failure (reason) must look like."""

    status: Annotated[
        StatusMatch | tuple[StatusMatch, ...] | msgspec.UnsetType,
        msgspec.Meta(description="the vendor's status, a class such as `4xx`, or a list of either"),
    ] = msgspec.UNSET
    body: Annotated[
        dict[str, Scalar | tuple[Scalar, ...]],
        msgspec.Meta(description="JMESPath into the JSON body → the value, or the values, that it must give"),
    ] = {}
    header: Annotated[
        dict[str, str | tuple[str, ...]],
        msgspec.Meta(description="header name → the value, or the values, that it must have"),
    ] = {}
    reason: Annotated[
        Reason | tuple[Reason, ...] | msgspec.UnsetType,
        msgspec.Meta(description="why there is no answer at all; stands alone"),
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

    when: Annotated[When, msgspec.Meta(description="what the answer or the failure must look like")]
    kind: Annotated[
        FailureClass | msgspec.UnsetType,
        msgspec.Meta(description="what it means to retry, breaker and rate_limit, whatever its status"),
    ] = msgspec.field(default=msgspec.UNSET, name="as")
    slug: Annotated[Slug | msgspec.UnsetType, msgspec.Meta(description="the problem's name")] = msgspec.UNSET
    status: Annotated[
        Annotated[int, msgspec.Meta(ge=400, le=599)] | msgspec.UnsetType,
        msgspec.Meta(description="the status that the caller gets, never 401"),
    ] = msgspec.UNSET
    title: Annotated[
        Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType,
        msgspec.Meta(description="one line that says what is wrong, the same every time"),
    ] = msgspec.UNSET
    detail: Annotated[str, msgspec.Meta(description="more for the caller: what to do about it")] = ""
    retryable: Annotated[
        bool | msgspec.UnsetType,
        msgspec.Meta(description="whether the same request may succeed later; by `as` and status if left out"),
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


def build(settings: tuple[ErrorRule, ...] | None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    rules = settings or ()
    reasons: Mapping[str, Rule] = {reason: _rule(rule) for rule in reversed(rules) for reason in _reasons(rule)}
    answers = tuple((rule.when, _rule(rule)) for rule in rules if rule.when.reason is msgspec.UNSET)
    judge = classifier([(when.status, when.body, when.header, rule) for when, rule in answers], kit.now)

    async def classify(call: Call, forward: Handler) -> Reply:
        reply = await forward(call)
        if 200 <= reply.status < 300:  # noqa: PLR2004
            return reply
        return await judge(call, reply)

    return {"errors": _errors(site, reasons), "classify": classify}


def _errors(site: Site, reasons: Mapping[str, Rule]) -> Stage:
    operation = site.operation
    verbatim = operation.native and operation.error_format == "vendor"  # its SDK expects the vendor's own refusals
    dressed = dress(operation)

    def answer(call: Call, cause: GatewayError | Verdict, received: int | None, proxy_error: str | None) -> Reply:
        call.trail.note("errors.mapped", slug=cause.slug, status=cause.status)
        reply = problem_reply(
            cause,
            correlation_id=call.correlation_id,
            public_url=operation.public_url,
            integration=operation.integration,
            endpoint=call.endpoint,
            attempts=call.trail.count("attempt.sent"),
            received=received,
            proxy_error=proxy_error,
        )
        return reply if dressed is None else dressed(reply)

    async def errors(call: Call, forward: Handler) -> Reply:
        try:
            reply = await forward(call)
        except GatewayError as error:
            rule = reasons.get(error.failure) if error.failure else None
            if rule is None:
                return answer(call, error, None, None)
            return answer(call, rule.on_failure(error), None, error.proxy_error)
        if reply.verdict is None:
            return reply
        if verbatim and (passed := passing(reply)) is not None:
            return passed
        return answer(call, reply.verdict, reply.status, None)

    return errors


def _reasons(rule: ErrorRule) -> tuple[Reason, ...]:
    reason = rule.when.reason
    if isinstance(reason, tuple):
        return reason
    return () if reason is msgspec.UNSET else (reason,)


def _rule(rule: ErrorRule) -> Rule:
    kind = None if rule.kind is msgspec.UNSET else rule.kind
    slug, status, title = TEXTS[kind] if kind else REJECTED
    return Rule(
        kind=kind,
        slug=slug if rule.slug is msgspec.UNSET else rule.slug,
        status=status if rule.status is msgspec.UNSET else rule.status,
        title=title if rule.title is msgspec.UNSET else rule.title,
        detail=rule.detail,
        retryable=None if rule.retryable is msgspec.UNSET else rule.retryable,
    )


policy = Policy(name="errors", settings=tuple[ErrorRule, ...], build=build, always=True, prepend=True)
