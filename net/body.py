"""The bounded body of an answer: neither a long stream nor a small one that unpacks to gigabytes fills the memory."""

import zlib

import httpx

from steps.errors import Permanent

ENCODING = "gzip"
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class TooLarge(Permanent):
    """The answer is longer than a step may read."""


async def read_body(response: httpx.Response, origin: str, largest: int) -> str:
    """The body as text, at most `largest` bytes on the wire and unpacked.

    Raises `TooLarge`, and `Permanent` for a content encoding that nobody asked for or that does not unpack.
    """
    packed = bytearray()
    # Raw, because httpx unpacks whole chunks at once: 64 KiB may become 64 MiB before anybody can count.
    async for chunk in response.aiter_raw():
        packed += chunk
        _check(len(packed), origin, largest)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    return _unpacked(bytes(packed), coding, origin, largest).decode("utf-8", "replace")


def _unpacked(packed: bytes, coding: str, origin: str, largest: int) -> bytes:
    if coding in {"", "identity"} or not packed:
        return packed
    if coding not in {"gzip", "x-gzip"}:
        raise Permanent(f"the answer of {origin} is packed as {coding!r}, though only {ENCODING} was offered")
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        body = unpacker.decompress(packed, largest + 1)
    except zlib.error as e:
        raise Permanent(f"the answer of {origin} says it is packed as {coding!r}, but does not unpack: {e}") from e
    _check(len(body), origin, largest)
    if not unpacker.eof or unpacker.unused_data:
        raise Permanent(f"the answer of {origin} is packed as {coding!r} and ends in the wrong place")
    return body


def _check(size: int, origin: str, largest: int) -> None:
    if size > largest:
        raise TooLarge(f"the answer of {origin} is larger than {largest} bytes, the most a step reads; ask for less, for example a page")
