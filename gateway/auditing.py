"""What people do to the gateway, written into the audit trail: one line to say it, wherever it is done."""

import getpass
import logging
import time
from typing import Any

from gateway.errors import StoreUnavailable
from gateway.stored import Audit, Entry

logger = logging.getLogger("gateway")


async def noted(
    audit: Audit, action: str, target: str, *, who: str, address: str = "", correlation_id: str = "", **detail: Any
) -> None:
    """`detail` holds no secrets. What was done stays done where the database does not answer: then it is logged.

    A gateway whose config needs no database has no trail, and nothing is noted.
    """
    entry = Entry(
        at=time.time(),
        who=who,
        action=action,
        target=target,
        address=address,
        correlation_id=correlation_id,
        detail=detail,
    )
    try:
        await audit.note(entry)
    except StoreUnavailable as error:
        logger.warning("%s of %s by %s is not in the audit trail: %s", action, target, who, error.detail)


def operator() -> str:
    """Who runs this command, as the operating system knows him."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # in a container a user may have a number only
        return "unknown"
