"""Refuses what the endpoint does not declare, before anything is spent on it, and says all that is wrong at once.

It has no key: whatever `path`, `query`, `headers` and `body` of an endpoint declare is held to.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs
import msgspec

from gateway import Call, Handler, JsonSchema, Kit, Operation, Parameter, Policy, Reply, Site, Stage
from gateway.errors import BodyTooLarge, ContractViolation, InvalidRequest, UnsupportedMediaType, Violation
from gateway_policies.drift import watcher
from gateway_policies.drift_pages import PAGES
from gateway_policies.query import defaults, query_check
from gateway_policies.strict_json import Malformed, decode, has_more
from gateway_policies.texts import checker, validator

MOST_TOLD = 20
"""Violations in one answer; a body can break its schema in thousands of places."""
MOST_SOUGHT = 5_000
"""Members and items among which all violations are sought; of a body that has more the first one is told."""
LONGEST = 300
"""Characters of what is said of one: it repeats what it is about, which may be the whole body."""
LIGHT = 64 * 1024
"""Bytes of a body that are read at once; larger ones are read in a thread, one after the other."""
MOST_MEMBERS = 250_000
"""Members and items of a body: what reading them takes in one piece, nobody else is answered in."""

Check = Callable[[Call], Iterator[Violation]]


def build(settings: None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation
    checks = tuple(_checks(operation))
    with_defaults = defaults(one for one in operation.parameters if one.place == "query")
    read_body = None if operation.uploads else _body_reader(operation.body)
    watch = watcher(operation, kit)
    check_answer = _answer_checker(operation) if operation.strict and not operation.stream else None
    turn = kit.keep(("validate", "turn"), lambda: asyncio.Semaphore(1))

    async def validate(call: Call, forward: Handler) -> Reply:
        violations = [violation for check in checks for violation in check(call)]
        payload: Any = msgspec.UNSET
        if read_body is not None:
            if len(call.body) <= LIGHT:  # type: ignore[arg-type] # only what is uploaded comes in chunks
                payload, wrong = read_body(call)
            else:
                async with turn:
                    payload, wrong = await asyncio.to_thread(read_body, call)
            violations += wrong
        if violations:
            call.trail.note("validate.refused", violations=len(violations))
            raise InvalidRequest(_summary(violations), violations=violations[:MOST_TOLD])
        query = with_defaults(call.query)
        if payload is not msgspec.UNSET or query is not call.query:
            call = msgspec.structs.replace(call, payload=payload, query=query)
        reply = await forward(call)
        if watch is not None:
            watch(call, reply)
        if check_answer is not None and reply.verdict is None:
            check_answer(reply)
        return reply

    return {"validate": validate}


def _summary(violations: list[Violation]) -> str:
    first = violations[0]
    named = f"{first.place} parameter `{first.name}`" if first.name else f"body {first.pointer}".strip()
    more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
    return f"{named}: {first.detail}{more}"


def _checks(operation: Operation) -> Iterator[Check]:
    by_place: dict[str, list[Parameter]] = {"path": [], "query": [], "header": []}
    for parameter in operation.parameters:
        by_place[parameter.place].append(parameter)
    if by_place["path"]:
        yield _path_check(by_place["path"])
    yield query_check(by_place["query"], paged=bool(operation.reply.links or operation.paging))
    if by_place["header"]:
        yield _header_check(by_place["header"])


def _path_check(parameters: list[Parameter]) -> Check:
    checkers = [(parameter.name, checker(parameter)) for parameter in parameters]

    def check(call: Call) -> Iterator[Violation]:
        for name, wrong in checkers:
            detail = wrong([call.path[name]])
            if detail:
                yield Violation("path", detail, name=name)

    return check


def _header_check(parameters: list[Parameter]) -> Check:
    checkers = [(parameter, parameter.name.lower().encode(), checker(parameter)) for parameter in parameters]

    def check(call: Call) -> Iterator[Violation]:
        for parameter, name, wrong in checkers:
            values = [value for field, value in call.headers if field == name]
            if not values:
                detail = "required" if parameter.required else ""
            elif len(values) > 1:
                detail = "given more than once"
            else:
                detail = wrong([values[0].decode("latin-1")])
            if detail:
                yield Violation("header", detail, name=parameter.name)

    return check


def _body_reader(schema: JsonSchema | None) -> Callable[[Call], tuple[Any, list[Violation]]]:
    if schema is None:
        return _no_body
    valid = validator(schema)

    def read(call: Call) -> tuple[Any, list[Violation]]:
        assert isinstance(call.body, bytes)  # noqa: S101 - only what is uploaded comes in chunks
        media_type = call.header(b"content-type")
        if not call.body and media_type is None:
            return msgspec.UNSET, [Violation("body", "required: a JSON document")]
        _check_media_type(media_type)
        if len(call.body) > LIGHT and has_more(call.body, MOST_MEMBERS):
            raise BodyTooLarge(f"a JSON body has at most {MOST_MEMBERS} members and items")
        try:
            payload = decode(call.body)
        except Malformed as malformed:
            return msgspec.UNSET, [Violation("body", str(malformed))]
        if valid.is_valid(payload):
            return payload, []
        return payload, list(_violations(valid, payload, call.body))

    return read


def _violations(valid: Any, payload: Any, body: bytes) -> Iterator[Violation]:
    for error in _first_errors(valid, payload, sought=body.count(b",") <= MOST_SOUGHT):
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.instance_path)
        message = error.message if len(error.message) <= LONGEST else f"{error.message[:LONGEST]}…"
        yield Violation("body", message, pointer=pointer)


def _first_errors(valid: Any, payload: Any, *, sought: bool) -> list[jsonschema_rs.ValidationError]:
    """The validator finds all of them before it tells the first; it takes microseconds for each."""
    if sought:
        return list(islice(valid.iter_errors(payload), MOST_TOLD))
    try:
        valid.validate(payload)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _no_body(call: Call) -> tuple[Any, list[Violation]]:
    return msgspec.UNSET, [Violation("body", "this endpoint takes no body")] if call.body else []


def _check_media_type(field: bytes | None) -> None:
    kind, _, parameters = (field or b"").decode("latin-1").lower().partition(";")
    kind = kind.strip()
    charset = parameters.partition("charset=")[2].strip().strip('"')
    if not (kind == "application/json" or kind.endswith("+json")) or charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMediaType("the body has to be application/json, in UTF-8")


def _answer_checker(operation: Operation) -> Callable[[Reply], None]:
    validators = {answer.status: validator(answer.schema) for answer in operation.answers if answer.schema is not None}

    def check(reply: Reply) -> None:
        valid = validators.get(reply.status)
        if valid is None or not isinstance(reply.body, bytes):
            return
        try:
            document = msgspec.json.decode(reply.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise ContractViolation("the vendor's answer is not JSON") from None
        if not valid.is_valid(document):
            raise ContractViolation("the vendor's answer does not fit the schema that this endpoint declares")

    return check


policy = Policy(name="validate", settings=None, build=build, always=True, pages=PAGES)
