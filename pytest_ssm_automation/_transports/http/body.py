"""Read the body of an HTTP request from a connection, with limits on size and time.

Source: https://www.rfc-editor.org/rfc/rfc9112 (chunked transfer coding)
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING, Final

from ..._service.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedIOBase

MOST_BYTES: Final = 1024 * 1024
# The part of larger bodies to read, so that the sender receives a response instead of a broken connection.
_MOST_READ: Final = 64 * 1024 * 1024
_PIECE: Final = 64 * 1024
_LONGEST_LINE: Final = 8 * 1024
_MOST_TRAILERS: Final = 100
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LENGTH: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_LINE_ENDS: Final = frozenset({b"\r\n", b"\n"})


def read_body(stream: BufferedIOBase, headers: Mapping[str, str], seconds: float) -> bytes | ServiceError:
    """Read a body from a connection, after the headers, in some seconds; return it, or the error to respond with."""
    kept, size, end = bytearray(), 0, perf_counter() + seconds
    try:
        for piece in _pieces(stream, headers):
            kept += piece[: MOST_BYTES - len(kept)]
            size += len(piece)
            if size > _MOST_READ:
                break
            if perf_counter() > end:
                return ServiceError("RequestTimeoutException")
    except TimeoutError:
        return ServiceError("RequestTimeoutException")
    except (ValueError, OSError) as error:  # no length, no chunks, or the sender has disconnected
        return ServiceError("SerializationException", str(error) if isinstance(error, _MalformedError) else None)
    return too_large() if size > MOST_BYTES else bytes(kept)


class _MalformedError(ValueError):
    """The framing of a body is invalid. The text is sent to the client."""


def _pieces(stream: BufferedIOBase, headers: Mapping[str, str]) -> Iterator[bytes]:
    coding = headers.get("transfer-encoding", "").strip().lower()
    if coding == "chunked":
        return _chunks(stream)
    length = headers.get("content-length", "").strip() or "0"
    if coding or not _LENGTH.fullmatch(length):
        raise _MalformedError("The length of the request's body is unknown.")
    return _exactly(stream, int(length))


def _exactly(stream: BufferedIOBase, length: int) -> Iterator[bytes]:
    left = length
    while left:
        piece = stream.read1(min(_PIECE, left))
        if not piece:
            raise _MalformedError(f"The request ended after {length - left} of {length} bytes.")
        left -= len(piece)
        yield piece


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """Read chunks and trailers. Chunk extensions and trailers are ignored, as the RFC allows."""
    while size := _chunk_size(stream):
        yield from _exactly(stream, size)
        if _line(stream) not in _LINE_ENDS:
            raise _MalformedError("A chunk of the request is longer than its size.")
    for _ in range(_MOST_TRAILERS):
        if _line(stream) in _LINE_ENDS:
            return
    raise _MalformedError("The request has too many trailers.")


def _chunk_size(stream: BufferedIOBase) -> int:
    found = _SIZE.fullmatch(_line(stream))
    if found is None:
        raise _MalformedError("A chunk of the request has no size.")
    return int(found[1], 16)


def _line(stream: BufferedIOBase) -> bytes:
    return stream.readline(_LONGEST_LINE)


def too_large() -> ServiceError:
    """Make the error for a body that is larger than any reasonable request. AWS's own limit is unknown."""
    return ServiceError("SerializationException", f"The request has more than {MOST_BYTES} bytes.")
