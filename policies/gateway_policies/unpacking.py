"""Reads a packed body as far as a bound: what a rule looks into may have come packed, and may be a bomb."""

import zlib

from gateway import Reply

MOST = 1024 * 1024
"""Bytes that are unpacked at most: enough for every error document."""
_WINDOWS = {b"gzip": 16 + zlib.MAX_WBITS, b"x-gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


def plain(reply: Reply) -> bytes:
    """The body without its packing; empty where it is packed otherwise, is damaged, or would be larger than the bound.

    Vendors are asked for plain bodies, except on native mounts, where the caller's wish goes through.
    """
    assert isinstance(reply.body, bytes)  # noqa: S101 - asked for what is whole
    packing = (reply.header(b"content-encoding") or b"identity").strip().lower()
    if packing == b"identity":
        return reply.body
    window = _WINDOWS.get(packing)
    if window is None:
        return b""
    unpacking = zlib.decompressobj(window)
    try:
        found = unpacking.decompress(reply.body, MOST)
    except zlib.error:
        return b""
    return found if unpacking.eof else b""
