"""Whether what is written may carry colour."""

import os
import sys
from typing import TextIO

from gateway.reporting import Paint, ansi, plain


def colourful(stream: TextIO) -> bool:
    """On a terminal only, unless FORCE_COLOR says otherwise; NO_COLOR wins over both."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    return forced not in {"", "0"} or (stream.isatty() and os.environ.get("TERM") != "dumb")


def paint_of(stream: TextIO = sys.stdout) -> Paint:
    return ansi if colourful(stream) else plain
