"""The sources of secrets that packages bring, as one load of a config uses them: opened when first asked."""

from collections.abc import Iterable, Mapping

from gateway.contract import SecretReader, SecretSource


class Outside:
    """`asked` tells whether they are asked at all: whoever only looks at a config does not go out for it."""

    def __init__(self, sources: Iterable[SecretSource], environ: Mapping[str, str], *, asked: bool) -> None:
        self._sources = {source.scheme: source for source in sources}
        self._environ = environ
        self._readers: dict[str, SecretReader] = {}
        self.asked = asked

    @property
    def schemes(self) -> tuple[str, ...]:
        return tuple(sorted(self._sources))

    @property
    def readers(self) -> tuple[SecretReader, ...]:
        return tuple(self._readers.values())

    def read(self, scheme: str, reference: str) -> str:
        """Raises LookupError."""
        if scheme not in self._readers:
            self._readers[scheme] = self._sources[scheme].open(self._environ)
        return self._readers[scheme].read(reference)

    def close(self) -> None:
        for reader in self.readers:
            reader.close()
