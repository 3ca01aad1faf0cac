"""Where a request stands in a distributed trace (W3C Trace Context)."""


class Trace:
    """One request's place in its trace: ids as whole numbers, `parent` 0 where it began here.

    `sampled` is what the vendor is told, decided before anything was known of the outcome. `below` counts the spans
    that were begun below this one: their ids follow its own, which is random.
    """

    __slots__ = ("_written", "below", "parent", "sampled", "span", "state", "trace")

    def __init__(self, trace: int, span: int, parent: int, state: bytes, *, sampled: bool) -> None:
        self.trace = trace
        self.span = span
        self.parent = parent
        self.state = state
        self.sampled = sampled
        self.below = 0
        self._written = ""

    @property
    def written(self) -> str:
        """The trace's id in hex, as vendors, lines and exemplars have it."""
        if not self._written:
            self._written = f"{self.trace:032x}"
        return self._written
