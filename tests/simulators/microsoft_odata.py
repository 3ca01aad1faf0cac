"""OData as Graph speaks it: $top, $skip, $select and $count in, `value` with an absolute @odata.nextLink out."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.simulators.microsoft_errors import invalid
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

PAGE_SIZE = 10
PAGE_SIZE_LIMIT = 1000
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#users('alex%40example.com')"


def collection(request: Request, rows: list[JsonObject], name: str) -> Answer:
    """One page. The next link names the host that the request was sent to, as the vendor's does."""
    top, skip = _whole(request, "$top", PAGE_SIZE), _whole(request, "$skip", 0)
    if not 1 <= top <= PAGE_SIZE_LIMIT:
        raise invalid(f"The value of '$top' has to be between 1 and {PAGE_SIZE_LIMIT}.", "BadRequest")
    answer: JsonObject = {"@odata.context": f"{CONTEXT}/{name}"}
    if request.parameter("$count") == "true":
        answer["@odata.count"] = len(rows)
    answer["value"] = [chosen(request, row) for row in rows[skip : skip + top]]
    if len(rows) > skip + top:
        kept = [pair for pair in request.parameters if pair[0] not in {"$top", "$skip"}]
        query = urlencode([*kept, ("$top", str(top)), ("$skip", str(skip + top))])
        answer["@odata.nextLink"] = f"http://{request.header('host')}{request.path}?{query}"
    return json_answer(200, answer)


def entity(request: Request, row: JsonObject, name: str, status: int = 200) -> Answer:
    etag = {"ETag": str(row["@odata.etag"])} if "@odata.etag" in row else {}
    return json_answer(status, {"@odata.context": f"{CONTEXT}/{name}/$entity"} | chosen(request, row), **etag)


def chosen(request: Request, row: JsonObject) -> JsonObject:
    """The properties that $select names; the id and the ETag come in any case."""
    wanted = request.parameter("$select")
    if not wanted:
        return row
    names = {"id", "@odata.etag", *(name.strip() for name in wanted.split(","))}
    return {name: value for name, value in row.items() if name in names}


def _whole(request: Request, name: str, otherwise: int) -> int:
    text = request.parameter(name) or str(otherwise)
    if not text.isdecimal():
        raise invalid(f"Invalid value '{text}' for {name} query option found.", "BadRequest")
    return int(text)
