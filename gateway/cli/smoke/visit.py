"""The order in which a gateway is looked at: what everything stands on first."""

from collections.abc import Generator, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from gateway.cli.findings import Finding, fail, ok, warn
from gateway.cli.smoke import operators
from gateway.cli.smoke.asking import Answer, Silent, Visitor, of_this_machine
from gateway.cli.smoke.document import Harmless, faults, integrations

_NOWHERE = "/there/is/no/such/path"
_KEYS = "set GATEWAY_API_KEYS=required where it is started, and `server.callers` in its file: {api_keys: required}"


class Visit:
    """`caller` asks where callers ask, `operator` at the admin address where that is known; `keyed` with a key."""

    def __init__(self, caller: Visitor, operator: Visitor | None, *, keyed: bool) -> None:
        self._caller = caller
        self._operator = operator
        self._keyed = keyed

    def whole(self) -> Iterator[Finding]:
        """Ends early where there is no gateway; any other failure does not keep the rest from being looked at."""
        alive = yield from self._alive()
        if not alive:
            return
        yield from self._ready()
        document = yield from self._document()
        yield from self._problem()
        if document is not None:
            asked = integrations(document)
            for name, harmless in asked.items():
                yield self._integration(name, harmless)
            yield self._keys(document, next((one for one in asked.values() if one), None))
            yield from self._address(document)
        yield self._correlation()
        yield from self._behind()

    def quick(self) -> Iterator[Finding]:
        """Alive and ready."""
        alive = yield from self._alive()
        if alive:
            yield from self._ready()

    def _alive(self) -> Generator[Finding, None, bool]:
        url = self._caller.url
        try:
            answer = self._caller.get("/livez")
        except Silent as silent:
            yield fail(f"nobody answers at {url}: {silent}", "start it, or name where it listens")
            return False
        if answer.status == HTTPStatus.OK and answer.json() == {"status": "ok"}:
            yield ok(f"a gateway is alive at {url}")
            return True
        yield fail(f"what answers at {url} is no gateway: {answer.status} for /livez", "name where it listens")
        return False

    def _ready(self) -> Iterator[Finding]:
        answer = yield from self._got("/readyz")
        if answer is not None and answer.status == HTTPStatus.OK:
            yield ok("it is ready")
        elif answer is not None:
            yield fail("it is not ready", "it is being stopped, or has just begun: look at its log")

    def _document(self) -> Generator[Finding, None, Mapping[str, Any] | None]:
        answer = yield from self._got("/openapi.json")
        if answer is None:
            return None
        wrong = faults(answer.json()) if answer.status == HTTPStatus.OK else [f"it is answered with {answer.status}"]
        if wrong:
            yield fail(f"/openapi.json: {'; '.join(wrong[:3])}", "tell whoever made this version")
            return None
        document: Mapping[str, Any] = answer.json()
        yield ok(f"/openapi.json is whole: {len(document['paths'])} paths")
        return document

    def _problem(self) -> Iterator[Finding]:
        answer = yield from self._got(_NOWHERE)
        if answer is None:
            return
        if answer.status == HTTPStatus.NOT_FOUND and answer.slug == "no-such-endpoint":
            yield ok("an unknown path is answered with a problem document")
        else:
            kind = answer.headers.get("content-type", "nothing")
            yield fail(f"an unknown path is answered with {answer.status} and {kind}", "look at what stands in front")

    def _integration(self, name: str, harmless: Harmless | None) -> Finding:
        if harmless is None:
            return warn(f"{name}: not asked, for it has no GET that needs no parameters", "try one by hand")
        try:
            answer = self._caller.get(harmless.path)
        except Silent as silent:
            return fail(f"{name}: no answer to GET {harmless.path}: {silent}", "look at the log of the gateway")
        return _judged(harmless.operation, answer, keyed=self._keyed)

    def _keys(self, document: Mapping[str, Any], harmless: Harmless | None) -> Finding:
        """Without anything that can be asked, what the document says has to do."""
        asked = bool(document.get("security"))
        try:
            if harmless is not None:
                asked = self._caller.get(harmless.path, stranger=True).status == HTTPStatus.UNAUTHORIZED
        except Silent as silent:
            return fail(f"no answer to who comes without a key: {silent}", "look at the log of the gateway")
        if asked:
            return ok("callers are asked for a key")
        if self._caller.on_loopback:
            return ok("callers need no key, at an address of this machine only")
        return fail(f"whoever reaches {self._caller.url} may call: nobody is asked for a key", _KEYS)

    def _address(self, document: Mapping[str, Any]) -> Iterator[Finding]:
        servers = document.get("servers") or [{}]
        told = servers[0].get("url") or self._caller.url
        if not self._caller.on_loopback and of_this_machine(urlsplit(told).hostname):
            yield warn(f"it believes that callers find it at {told}", "set `server.public_url`: links begin with it")

    def _correlation(self) -> Finding:
        if not self._caller.uncorrelated:
            return ok(f"each of {self._caller.answers} answers carries the correlation id that was asked with")
        paths = ", ".join(self._caller.uncorrelated[:3])
        return fail(f"without the correlation id that was asked with: {paths}", "look at what stands in front")

    def _behind(self) -> Iterator[Finding]:
        if self._operator is None:
            yield from self._told_to_all()
            yield warn("metrics and breakers were not looked at", "name the admin address with --admin")
        else:
            yield from operators.looked(self._operator)

    def _told_to_all(self) -> Iterator[Finding]:
        answer = yield from self._got("/health")
        if answer is None:
            return
        told = answer.json()
        if not isinstance(told, dict) or told.get("status") != "ok":
            yield fail("/health is not ok", "--admin says what is wrong")
        else:
            yield ok("/health is ok")

    def _got(self, path: str) -> Generator[Finding, None, Answer | None]:
        try:
            return self._caller.get(path)
        except Silent as silent:
            yield fail(f"no answer to GET {path}: {silent}", "look at the log of the gateway")
            return None


def _judged(operation: str, answer: Answer, *, keyed: bool) -> Finding:
    said = f"{operation} answers {answer.status}{f' {answer.slug}' if answer.slug else ''}"
    if answer.status == HTTPStatus.UNAUTHORIZED:
        helps = "it is no key of this gateway, or no longer" if keyed else "give a caller's key with --key"
        return (fail if keyed else warn)(said, helps)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return fail(said, f"`gateway explain {answer.slug}` says why" if answer.slug else "look at its log")
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return warn(said, f"`gateway explain {answer.slug}` says why" if answer.slug else "look whether it should")
    if "gateway-stub" in answer.headers:
        return warn(f"{said}, by a stub", "INTEGRATIONS_STUB_MODE=false asks the vendor")
    return ok(said)
