"""Where a request stands in a distributed trace (W3C Trace Context)."""

import msgspec


class Trace(msgspec.Struct, gc=False):
    """One request's place in its trace: ids as whole numbers, `parent` 0 where it began here.

    `sampled` is what the vendor is told, decided before anything was known of the outcome. `below` counts the spans
    that were begun below this one: their ids follow its own, which is random.
    """

    trace: int
    span: int
    parent: int
    state: bytes
    sampled: bool
    below: int = 0

    @property
    def written(self) -> str:
        """The trace's id in hex, as lines and exemplars have it."""
        return f"{self.trace:032x}"
