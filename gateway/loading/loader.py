"""The steps from text to Config, in their order; what one finds wrong does not keep the next from looking."""

import hashlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from gateway.config import Config, EndpointConfig, IntegrationConfig
from gateway.contract import SecretReader
from gateway.diagnostics import InvalidConfig, Problem, Size, in_order
from gateway.loading.callers import keys_off
from gateway.loading.checks import check_document
from gateway.loading.imports import Imports
from gateway.loading.including import Inclusion
from gateway.loading.merging import Merger, Policies
from gateway.loading.naming import kind_of
from gateway.loading.outside import Outside
from gateway.loading.providers import provider_problems
from gateway.loading.reading import Text, compose, read_text
from gateway.loading.reasons import reason_of
from gateway.loading.references import Resolver, Surroundings
from gateway.loading.resting import collector_resting
from gateway.loading.schemas import Schemas
from gateway.loading.secrets import literal_secrets
from gateway.loading.shared_state import shared_state_problems
from gateway.loading.sheet import Sheet
from gateway.loading.source import Source
from gateway.loading.strangers import stranger
from gateway.loading.targets import Targets
from gateway.loading.tree import Keys, Tree
from gateway.loading.walking import entries, without_extensions
from gateway.registry import Registry, written_types
from gateway.units import read_unit

MOST_PROBLEMS = 2_000
"""More than anybody reads; a hostile file could hold a hundred times as many."""

Inherited = dict[str, tuple[Policies, dict[str, Policies]]]
"""The policies that are on: for each integration its own, and those of its endpoints."""


class Loaded(msgspec.Struct, frozen=True):
    """A config that can be compiled; `files` are all that were read, for those who watch them.

    `readers` have read secrets for it, and are to be closed when it is no longer used.
    """

    config: Config
    warnings: tuple[Problem, ...]
    source: Source
    files: tuple[Path, ...]
    readers: tuple[SecretReader, ...] = ()

    @property
    def size(self) -> Size:
        integrations = self.config.integrations
        return Size(len(integrations), sum(len(integration.endpoints) for integration in integrations))

    def close(self) -> None:
        """It is not going to be served."""
        for reader in self.readers:
            reader.close()


def load(
    path: Path,
    registry: Registry,
    environ: Mapping[str, str],
    *,
    lenient_secrets: bool,
    stub: bool = False,
    public_url: str | None = None,
    ask: bool | None = None,
) -> Loaded:
    """Raises InvalidConfig. A reference without value is a warning where `lenient_secrets` or `stub` says so.

    `public_url` is where callers find the gateway unless the file says so. `ask` says whether sources of secrets are
    asked that lie on another machine; else they are where a reference has to have a value.
    """
    lenient = lenient_secrets or stub
    outside = Outside(registry.secrets, environ, asked=not lenient if ask is None else ask)
    try:
        with collector_resting():
            return _load(path, registry, Surroundings(environ, lenient, outside), public_url)
    except BaseException:
        outside.close()
        raise


def _load(path: Path, registry: Registry, surroundings: Surroundings, public_url: str | None) -> Loaded:
    text = Text(str(path), read_text(path, piped=True))
    work = _Work(text, registry)
    work.refer(surroundings)
    work.read_schemas(path.parent)
    document = work.convert()
    inherited = work.inherit()
    warnings = work.warnings()
    config = Config(
        server=_server(document, public_url),
        integrations=_assembled(document, inherited),
        digest=_digest(text, work.texts),
        providers=document.providers,
        events=document.events,
    )
    return Loaded(config, warnings, work.source, (path, *work.files), surroundings.outside.readers)


class _Work:
    """A file on its way to a Config: its data, and all that was found wrong so far."""

    def __init__(self, text: Text, registry: Registry) -> None:
        root = compose(text)
        tree = Tree(root, text)
        without_extensions(tree.data)
        prepended = {policy.name for policy in registry.policies if policy.prepend}
        self.source = Source(Sheet(text, root), tree.data, prepended)
        if not isinstance(tree.data, dict):
            hint = "a config begins with `version: 1` and `integrations:`"
            raise InvalidConfig(
                [self.source.problem("GW106", (), f"expected a map, got {kind_of(tree.data)}", hint=hint)]
            )
        if (told := stranger(tree.data)) is not None:
            raise InvalidConfig([self.source.problem("GW016", (), told[0], hint=told[1])])
        included = Inclusion(self.source)
        included.include(tree.data)
        self._data = tree.data
        self._references = [*tree.references, *included.references]
        self._registry = registry
        self._types = written_types(registry)
        self._broken: set[Keys] = set()
        self._problems = [*tree.problems, *included.problems]
        self.files = included.files
        self.texts: dict[Path, str] = included.texts

    def refer(self, surroundings: Surroundings) -> None:
        """Puts values in the place of references, and learns what is secret."""
        targets = Targets(self._types.document, self._data)
        resolver = Resolver(self.source, targets, surroundings)
        resolver.resolve(self._data, self._references)
        self.files.extend(resolver.files)
        self._problems.extend(resolver.problems)
        self._problems.extend(literal_secrets(self._data, targets, self.source))
        keys_off(self._data)
        self._problems.extend(shared_state_problems(self._data, self.source))
        self._problems.extend(provider_problems(self._data, self.source))

    def read_schemas(self, folder: Path) -> None:
        """Makes each schema stand for itself, those of imported endpoints too."""
        imports = Imports(self.source)
        imports.expand(self._data)
        self.files.extend(imports.files)
        self.texts.update(imports.texts)
        self._problems.extend(imports.problems)
        schemas = Schemas(self.source, folder)
        schemas.resolve(self._data)
        self.files.extend(schemas.files)
        self._problems.extend(schemas.problems)
        self._problems.extend(islice(check_document(self._data, self.source), MOST_PROBLEMS))
        self.texts.update(schemas.texts)

    def convert(self) -> Any:
        """The document as it is written, typed; None where it is wrong."""
        try:
            return msgspec.convert(self._data, self._types.document, dec_hook=read_unit, str_keys=True)
        except msgspec.ValidationError as error:
            reason, path = reason_of(error)
        from gateway.loading.diagnosing import Diagnosis  # noqa: PLC0415 - a right file has no use for all that it needs

        diagnosis = Diagnosis(self.source, self._registry, self._types)
        found = [*islice(diagnosis.problems(self._data), MOST_PROBLEMS)]
        found = found or [(path, self.source.problem("GW111", path, reason))]
        self._problems.extend(problem for _, problem in found)
        self._broken = {path[:length] for path, _ in found for length in range(len(path) + 1)} | diagnosis.slips
        return None

    def inherit(self) -> Inherited:
        """What is on where; of what is broken, nothing."""
        merger = Merger(self._registry, self.source, frozenset(self._broken))
        inherited: Inherited = {}
        for name, item in entries(self._data, "integrations"):
            own = merger.integration(name, mounted=item.get("native") is not None)
            inherited[name] = own, {key: merger.endpoint(name, key, own) for key, _ in entries(item, "endpoints")}
        self._problems.extend(merger.problems)
        return inherited

    def warnings(self) -> tuple[Problem, ...]:
        """What is legal; raises InvalidConfig with all that was found where anything is not."""
        problems = in_order(self.source.covered(problem) for problem in self._problems)
        if any(problem.severity == "error" for problem in problems):
            integrations = [item for _, item in entries(self._data, "integrations")]
            size = Size(len(integrations), sum(1 for item in integrations for _ in entries(item, "endpoints")))
            raise InvalidConfig(problems, size)
        return problems


def _server(document: Any, public_url: str | None) -> Any:
    server = document.server
    if server.public_url is not None or public_url is None:
        return server
    return msgspec.structs.replace(server, public_url=public_url)


def _assembled(document: Any, inherited: Inherited) -> tuple[IntegrationConfig, ...]:
    return tuple(
        IntegrationConfig(
            name=name,
            written=written,
            credential=written.credential,
            endpoints=tuple(
                EndpointConfig(name, key, endpoint, inherited[name][1][key])
                for key, endpoint in written.endpoints.items()
            ),
            native=written.native,
            policies=inherited[name][0],
        )
        for name, written in document.integrations.items()
    )


def _digest(text: Text, others: Mapping[Path, str]) -> str:
    """Of everything that was read and is no secret: the same files, the same digest."""
    whole = hashlib.sha256(text.text.encode())
    for path in sorted(others):
        whole.update(b"\0" + others[path].encode())
    return whole.hexdigest()
