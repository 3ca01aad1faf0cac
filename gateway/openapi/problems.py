"""Which problems can occur on an endpoint, and how a problem is described (RFC 9457)."""

from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc, getdoc
from typing import Any

import msgspec

from gateway import errors
from gateway.declared import Operation
from gateway.errors import GatewayError
from gateway.openapi.entry import KEPT, Entry, Told
from gateway.openapi.fields import problem_fields, traits
from gateway.problems import Explanation

RANGE = "4XX"
"""The vendor's other refusals: without a rule they keep their status."""

PASSED_ON = 400
"""The first of the statuses that a vendor's refusal may keep."""

_ALWAYS: tuple[type[GatewayError], ...] = (
    errors.InvalidRequest,
    errors.RequestTimeout,
    errors.BodyTooLarge,
    errors.UriTooLong,
    errors.HeadersTooLarge,
    errors.InternalError,
    errors.ConnectFailed,
    errors.UpstreamReset,
    errors.ResponseTooLarge,
    errors.Overloaded,
    errors.ShuttingDown,
    errors.ConnectTimeout,
    errors.UpstreamTimeout,
)
_REJECTED = "upstream-rejected"
_VERDICTS: Mapping[str, tuple[int, str]] = {
    "upstream-rate-limited": (429, "The vendor limits how often it may be asked"),
    "upstream-auth-failed": (502, "The vendor does not accept the gateway's credential"),
    "upstream-error": (502, "The vendor failed to answer"),
}
"""What the built-in error rules say that is no error of the gateway's own."""

_NOT_WITHOUT_A_RULE = frozenset({401, 403, 429})
"""What these mean is built in; only a rule that keeps the vendor's status lets them through."""


def problems(entry: Entry, *, keyless: bool) -> dict[str, tuple[str, ...]]:
    """Status to slugs, in the order of the statuses; the last one is the range of those that nobody foresaw."""
    found: dict[int, list[str]] = {}
    for error in _errors(entry, keyless=keyless):
        found.setdefault(error.status, []).append(error.slug)
    for slug, (status, _) in _VERDICTS.items():
        found.setdefault(status, []).append(slug)
    ruled = entry.statuses.get(KEPT, ())
    kept = (*ruled, _REJECTED)
    for status, slugs in entry.statuses.items():
        found.setdefault(status or errors.UpstreamReset.status, []).extend(slugs)  # a vendor's 401 or 403 is not kept
    for status, known in found.items():
        if status // 100 == PASSED_ON // 100:
            known.extend(ruled if status in _NOT_WITHOUT_A_RULE else kept)
    exact = {str(status): tuple(dict.fromkeys(slugs)) for status, slugs in sorted(found.items())}
    return {**exact, RANGE: tuple(dict.fromkeys(kept))}


def _errors(entry: Entry, *, keyless: bool) -> Iterator[type[GatewayError]]:
    operation = entry.operation
    yield from _ALWAYS
    conditional: tuple[tuple[type[GatewayError], bool], ...] = (
        (errors.MisdirectedRequest, keyless),
        (errors.ForeignOrigin, keyless),
        (errors.Unauthenticated, not keyless),
        (errors.ScopeMissing, not keyless),
        (errors.StoreUnavailable, operation.user_bound or not keyless),
        (errors.ConnectionRequired, operation.user_bound),
        (errors.ProviderUnavailable, operation.user_bound),
        (errors.NoSuchEndpoint, "{" in operation.route),
        (errors.NoSuchPage, bool(operation.reply.links or operation.paging)),
        (errors.UnsupportedMediaType, operation.body is not None),
        (errors.IdempotencyKeyMissing, entry.asks_for_keys),
        (errors.IdempotencyInFlight, entry.takes_keys),
        (errors.IdempotencyOutcomeUnknown, entry.takes_keys),
        (errors.IdempotencyAnswerNotKept, entry.takes_keys),
        (errors.IdempotencyMismatch, entry.takes_keys),
        (errors.QuotaExceeded, entry.has("quota")),
        (errors.BudgetExhausted, entry.has("cost")),
        (errors.NotCached, operation.http_cache == "keeps"),
        (errors.CircuitOpen, entry.has("breaker")),
        (errors.ReducedCapacity, entry.has("rate_limit", "bulkhead")),
        (errors.ContractViolation, operation.strict or _read(operation)),
    )
    yield from (error for error, can_occur in conditional if can_occur)


def _read(operation: Operation) -> bool:
    """Whether the vendor's answer has to be JSON, since something is looked up or changed in it."""
    mapping = operation.reply
    return bool(mapping.select or mapping.rename or mapping.links or operation.paging)


class Problems:
    """The problem responses of one document; endpoints that share all of it share the component."""

    def __init__(self, public_url: str) -> None:
        self.components: dict[str, Any] = {}
        self._types = f"{public_url}/problems/"
        self._titles = {slug: explained.title for slug, explained in explanations(()).items()}

    def responses(self, entry: Entry, *, keyless: bool) -> dict[str, Any]:
        return {
            status: {"$ref": f"#/components/responses/{self._component(entry, status, slugs)}"}
            for status, slugs in problems(entry, keyless=keyless).items()
        }

    def _component(self, entry: Entry, status: str, slugs: tuple[str, ...]) -> str:
        name = ".".join((status, *slugs, *traits(entry)))
        if name not in self.components:
            own = {rule.slug: rule.title for rule in reversed(entry.rules) if rule.title}
            said = [own.get(slug) or self._titles.get(slug, f"`{slug}`") for slug in slugs]
            self.components[name] = {
                "description": "; or: ".join(said),
                "headers": problem_fields(entry, status),
                "content": {"application/problem+json": {"schema": self._schema(status, slugs)}},
            }
        return name

    def _schema(self, status: str, slugs: tuple[str, ...]) -> dict[str, Any]:
        code: dict[str, Any] = {"minimum": 400, "maximum": 499} if status == RANGE else {"const": int(status)}
        narrowed = {"type": {"enum": [self._types + slug for slug in slugs]}, "status": code}
        return {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": narrowed}]}


def explanations(entries: Iterable[Entry]) -> Mapping[str, Explanation]:
    """Every problem that can occur, by slug: the gateway's own, and those of the endpoints' error rules."""
    found: dict[str, Explanation] = {}
    for error in _leaves(GatewayError):
        detail = cleandoc(getdoc(error) or "").replace("\n", " ")
        _explain(found, Told(slug=error.slug, status=error.status, title=error.title, detail=detail))
    for slug, (status, title) in _VERDICTS.items():
        _explain(found, Told(slug=slug, status=status, title=title))
    _explain(found, Told(slug=_REJECTED, status=KEPT, title="The vendor rejected the request"))
    general = frozenset(found)  # these can occur anywhere, so no endpoint is named
    for entry in entries:
        for rule in entry.rules:
            _explain(found, rule, *(() if rule.slug in general else (entry.operation.id,)))
    return found


def _explain(found: dict[str, Explanation], told: Told, *places: str) -> None:
    """A slug that is told of more than once has all the statuses and details that are told."""
    known = found.get(told.slug, Explanation(slug=told.slug, title=told.title or told.slug))
    statuses = {*known.statuses, told.status} - {KEPT}
    details = {*known.details, told.detail} - {""}
    found[told.slug] = msgspec.structs.replace(
        known,
        statuses=tuple(sorted(statuses)),
        details=(*known.details, *sorted(details - {*known.details})),
        endpoints=(*known.endpoints, *(place for place in places if place not in known.endpoints)),
    )


def _leaves(error: type[GatewayError]) -> Iterator[type[GatewayError]]:
    below = error.__subclasses__()
    if not below or "slug" in vars(error):
        yield error
    for child in below:
        yield from _leaves(child)


PROBLEM_SCHEMAS: Mapping[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong (RFC 9457)",
        "required": ["type", "title", "status", "detail", "instance", "correlation_id", "attempts", "retryable"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The page that explains it"},
            "title": {"type": "string", "description": "What kind of problem; the same every time"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What happened this time, and what helps"},
            "instance": {"type": "string", "format": "uri-reference", "description": "Names this occurrence"},
            "correlation_id": {"type": "string", "description": "The same as X-Correlation-ID"},
            "integration": {"type": "string"},
            "endpoint": {"type": "string", "description": "The operation's id"},
            "attempts": {"type": "integer", "minimum": 0, "description": "How often the vendor was asked"},
            "retryable": {"type": "boolean", "description": "Whether the same request may succeed later"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
        },
    },
    "Violation": {
        "type": "object",
        "description": "One thing that is wrong with a request",
        "required": ["in", "detail"],
        "properties": {
            "in": {"type": "string", "enum": ["body", "query", "path", "header"]},
            "pointer": {"type": "string", "description": "Where in the body, as a JSON Pointer"},
            "name": {"type": "string", "description": "Which parameter"},
            "detail": {"type": "string", "description": "What would be right"},
        },
    },
}
