"""Where one syslog message ends and the next begins in a TCP stream (RFC 6587): counted, or a line each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 8192
"""Bytes of a message; what is longer is passed over. No configuration message of EOS has 300."""
COUNTED = re.compile(rb"([1-9]\d{0,5}) (?=<)")
PERHAPS_COUNTED = re.compile(rb"[1-9]\d{0,5} ?\Z")
"""Digits that may still become a length: a message itself begins with its priority (RFC 6587, 3.4.1)."""
BLANK = b"\n\r\0 "


class Framer:
    """Takes bytes as they come; never keeps more than the beginning of one message."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._skip = 0
        self._to_line_end = False

    @property
    def is_within(self) -> bool:
        """A message has begun and has not ended."""
        return bool(self._kept or self._skip or self._to_line_end)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now. Consume all of them before feeding again."""
        self._kept += data
        while self._passed_over():
            frame = self._next()
            if frame is None:
                return
            yield frame

    def _passed_over(self) -> bool:
        """Behind all of what is skipped; False: the rest of it is still to come."""
        if self._skip:
            gone = min(self._skip, len(self._kept))
            del self._kept[:gone]
            self._skip -= gone
        elif self._to_line_end:
            end = self._kept.find(b"\n")
            del self._kept[: end + 1 if end >= 0 else len(self._kept)]
            self._to_line_end = end < 0
        return not (self._skip or self._to_line_end)

    def _next(self) -> bytes | None:
        """The message at the beginning, empty for one that is too long; None: it is not whole."""
        del self._kept[: len(self._kept) - len(self._kept.lstrip(BLANK))]
        if not self._kept or PERHAPS_COUNTED.match(self._kept):
            return None
        counted = COUNTED.match(self._kept)
        return self._line() if counted is None else self._counted(counted.end(), int(counted[1]))

    def _counted(self, start: int, length: int) -> bytes | None:
        if length > LONGEST:
            self._skip = start + length
            return b""
        if len(self._kept) < start + length:
            return None
        return self._cut(start, start + length, start + length)

    def _line(self) -> bytes | None:
        end = self._kept.find(b"\n")
        if max(end, 0) > LONGEST or (end < 0 and len(self._kept) > LONGEST):
            self._to_line_end = True
            return b""
        return None if end < 0 else self._cut(0, end, end + 1)

    def _cut(self, start: int, end: int, behind: int) -> bytes:
        frame = bytes(self._kept[start:end])
        del self._kept[:behind]
        return frame
