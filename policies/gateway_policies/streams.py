"""Streamed bodies: how they are given up."""

from gateway import Body


async def close(body: Body) -> None:
    """Gives up a body; a whole one holds nothing, and neither does a stream without `aclose`."""
    aclose = getattr(body, "aclose", None)
    if aclose is not None:
        await aclose()
