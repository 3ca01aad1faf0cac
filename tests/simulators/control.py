"""Scripting from another process: `POST /__simulator__/script` takes the words of Script.next as JSON.

`GET /__simulator__/received` lists what came in; `DELETE /__simulator__` forgets it, and the faults not yet used.
"""

from __future__ import annotations

from tests.simulators.simulator import Simulator
from tests.simulators.wire import Answer, Request, json_answer

CONTROL_PATH = "/__simulator__"


def control(simulator: Simulator, request: Request) -> Answer:
    match request.method, request.path.removeprefix(CONTROL_PATH):
        case "POST", "/script":
            try:
                simulator.script.next(**request.json())
            except (TypeError, ValueError) as exc:
                return json_answer(400, {"error": str(exc)})
            return Answer(status=204)
        case "GET", "/received":
            return json_answer(200, [_summary(each) for each in simulator.received])
        case "DELETE", "":
            simulator.script.clear()
            simulator.received.clear()
            return Answer(status=204)
    return json_answer(404, {"error": "known here: POST /script, GET /received, DELETE"})


def _summary(request: Request) -> dict[str, object]:
    """Without headers: they carry the credential, and this answer may end up on a screen."""
    return {"method": request.method, "path": request.path, "query": request.query, "bytes": len(request.body)}
