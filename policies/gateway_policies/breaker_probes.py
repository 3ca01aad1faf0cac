"""Exactly so many probes, however many processes ask: each takes a place among those of all."""

from gateway_policies.breaker_core import Core, Entry
from gateway_policies.breaker_sharing import Company


class Probe:
    """One probe's place among those of all processes, from before the call until after it."""

    def __init__(self, company: Company, entry: Entry, place: str, owner: str) -> None:
        self._company = company
        self._entry = entry
        self._place = place
        self._owner = owner

    async def succeeded(self) -> None:
        self._entry.good = await self._company.count(self._place, self._entry.core)

    async def ended(self) -> None:
        """A good probe keeps its place until the circuit has closed; one that says nothing leaves it to another."""
        if self._entry.good is None and not self._entry.failed:
            await self._company.give_back(self._place, self._owner)


async def probing(company: Company, entry: Entry) -> Probe | None:
    """Takes a place where the call would be a probe and others could be probing too; raises CircuitOpen without one."""
    core = entry.core
    if company.alone or core.standing() is not None or not core.due():
        return None
    place = _probe(core)
    owner = await company.claim(place, core)
    if owner is None:
        raise entry.rejected()
    return Probe(company, entry, place, owner)


def _probe(core: Core) -> str:
    number, sender = core.round
    return f"breaker/{core.name}/probe/{number}-{sender}"
