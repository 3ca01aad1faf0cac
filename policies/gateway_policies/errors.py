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

import msgspec

from gateway import (
    Call,
    Handler,
    Kit,
    Policy,
    Reply,
    Site,
    Stage,
    Verdict,
    problem_reply,
)
from gateway.errors import GatewayError
from gateway_policies.errors_match import classifier
from gateway_policies.errors_rules import ErrorRule, Reason
from gateway_policies.errors_verdict import REJECTED, TEXTS, Rule
from gateway_policies.native_errors import dress, passing


def build(settings: tuple[ErrorRule, ...] | None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    rules = settings or ()
    reasons: Mapping[str, Rule] = {reason: _rule(rule) for rule in reversed(rules) for reason in _reasons(rule)}
    answers = tuple((rule.when, _rule(rule)) for rule in rules if rule.when.reason is msgspec.UNSET)
    patterns = [(when.status, when.body, when.header, rule) for when, rule in answers]
    judge = classifier(patterns, kit.now, conditional=site.operation.method in {"GET", "HEAD"})

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


policy = Policy(
    name="errors",
    settings=tuple[ErrorRule, ...],
    build=build,
    always=True,
    prepend=True,
    description="What a vendor's refusals mean, and what callers are told instead. The first rule that fits wins; an "
    "endpoint's come before its integration's, and those before the built-in ones.",
    examples=(
        [{"when": {"status": 429}, "as": "rate_limited"}],
        [
            {
                "when": {"status": 404},
                "slug": "contact-not-found",
                "status": 404,
                "title": "That contact does not exist",
            }
        ],
    ),
)
