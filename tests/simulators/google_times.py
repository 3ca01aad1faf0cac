"""Google Calendar's times: what an event needs, which events a query selects, when someone is busy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tests.simulators.google_errors import error, invalid
from tests.simulators.simulator import RefusedError
from tests.simulators.wire import Json, JsonObject, Request


def check(fields: JsonObject) -> None:
    """An event without both ends, or one that ends before it starts, is refused."""
    for name in ("end", "start"):
        if not isinstance(fields.get(name), dict):
            raise RefusedError(error(400, "required", f"Missing {name} time."))
    if _moment(fields["end"], "end") < _moment(fields["start"], "start"):
        raise _empty_range()


def selected(request: Request, rows: list[JsonObject]) -> list[JsonObject]:
    """timeMin, timeMax, q and orderBy as the vendor reads them: an event counts when it overlaps the window."""
    first, last = request.parameter("timeMin"), request.parameter("timeMax")
    if first and last and _instant(last, "timeMax") <= _instant(first, "timeMin"):
        raise _empty_range()
    if first:
        rows = [row for row in rows if _moment(row["end"]) > _instant(first, "timeMin")]
    if last:
        rows = [row for row in rows if _moment(row["start"]) < _instant(last, "timeMax")]
    words = (request.parameter("q") or "").lower()
    rows = [row for row in rows if words in f"{row.get('summary', '')} {row.get('description', '')}".lower()]
    if request.parameter("orderBy") != "startTime":
        return rows
    if request.parameter("singleEvents") != "true":
        raise invalid("The requested ordering is not available for the particular query.", "orderBy")
    return sorted(rows, key=lambda row: _moment(row["start"]))


def window(asked: JsonObject) -> tuple[datetime, datetime]:
    """The span of a free/busy question."""
    for name in ("timeMin", "timeMax"):
        if name not in asked:
            raise invalid(f"Missing {name} parameter.", name, "required")
    start, end = _instant(asked["timeMin"], "timeMin"), _instant(asked["timeMax"], "timeMax")
    if end <= start:
        raise _empty_range()
    return start, end


def busy(rows: Iterable[JsonObject], start: datetime, end: datetime) -> list[dict[str, str]]:
    spans = sorted((_moment(row["start"]), _moment(row["end"])) for row in rows)
    return [{"start": _text(first), "end": _text(last)} for first, last in spans if first < end and last > start]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(place: Json, name: str = "start") -> datetime:
    return _instant(place.get("dateTime") or place.get("date"), name)


def _instant(text: Json, name: str) -> datetime:
    """A time without an offset is read as UTC: no calendar here lives in another zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as exc:
        raise invalid("Bad Request", name, "badRequest") from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _empty_range() -> RefusedError:
    place = {"location": "timeMax", "locationType": "parameter"}
    message = "The specified time range is empty."
    return RefusedError(error(400, "timeRangeEmpty", message, domain="calendar", **place))
