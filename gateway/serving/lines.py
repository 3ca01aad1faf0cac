"""What a process says of itself, on stderr: lines for people, or one JSON object a line where `GATEWAY_LOG=json`."""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

VARIABLE = "GATEWAY_LOG"
_FORMAT = "%(levelname)s %(name)s: %(message)s"


def log_to_stderr(environ: Mapping[str, str] = os.environ) -> None:
    """One line an event, for people and supervisors. Raises ValueError for a form that is none."""
    form = environ.get(VARIABLE) or "text"
    if form not in {"text", "json"}:
        raise ValueError(f"{VARIABLE} must be text or json, got {form!r}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if form == "json" else logging.Formatter(_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)  # each of its steps is no event of ours


class AsJson(logging.Formatter):
    """Members as those of the access line; a traceback is a text in its own member."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "event": "log",
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (known := getattr(record, "correlation_id", None)) is not None:
            said["correlation_id"] = str(known)
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(said).decode()
