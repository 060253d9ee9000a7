"""The line discipline of a terminal: bytes in, echo and whole lines out; pauses after each screen."""

from __future__ import annotations

from collections.abc import Iterator

MORE = b"\r\n \x1b[7m --More-- \x1b[27m \x1b[K"
ERASE_MORE = b"\r\x1b[K"
DEFAULT_HEIGHT = 24
INTERRUPT, END_OF_FILE, SUSPEND = 0x03, 0x04, 0x1A
BACKSPACES = (0x08, 0x7F)
KILL_LINE = 0x15
RETURN, NEWLINE = 0x0D, 0x0A


class LineEditor:
    """What is typed, up to the end of the line. CR, LF and CR LF end it; NUL bytes and escapes are nothing."""

    def __init__(self) -> None:
        self._typed = bytearray()
        self._after_return = False
        self._echo = bytearray()
        self.hidden = False
        """Whether a secret is being typed."""

    def feed(self, data: bytes) -> Iterator[str]:
        """Every line that ``data`` completes; fetch `echo` after each. Ctrl-C is an empty line, Ctrl-Z an `end`."""
        for byte in data:
            doubled = byte == NEWLINE and self._after_return
            self._after_return = byte == RETURN
            if doubled:
                continue
            line = self._key(byte)
            if line is not None:
                self._typed.clear()
                yield line

    def echo(self) -> bytes:
        """What is to be shown of what was typed since the last call."""
        shown = bytes(self._echo)
        self._echo.clear()
        return shown

    def _key(self, byte: int) -> str | None:
        if byte >= 0x20 and byte != 0x7F:
            self._typed.append(byte)
            self._echo += b"" if self.hidden else bytes([byte])
            return None
        if byte in (RETURN, NEWLINE):
            return self._finished(self._typed.decode(errors="replace"), b"\r\n")
        if byte == INTERRUPT:
            return self._finished("", b"^C\r\n")
        if byte == SUSPEND:
            return self._finished("end", b"^Z\r\n")
        if byte == END_OF_FILE and not self._typed:
            return self._finished("exit", b"\r\n")
        if byte in BACKSPACES and self._typed:
            self._typed.pop()
            self._echo += b"" if self.hidden else b"\b \b"
        if byte == KILL_LINE:
            self._echo += b"\b \b" * len(self._typed)
            self._typed.clear()
        return None

    def _finished(self, line: str, echo: bytes) -> str:
        self._echo += echo
        return line


class Pager:
    """An output in screens. Space shows the next one, Return the next line, q ends it."""

    def __init__(self, text: str, height: int) -> None:
        self._lines = [line.encode() + b"\r\n" for line in text.split("\n")[:-1]]
        self._height = max(height - 1, 1) if height else len(self._lines)

    def first(self) -> bytes:
        return self._next(self._height)

    def key(self, byte: int) -> bytes:
        """What a key at the pause brings."""
        if byte in (ord("q"), ord("Q"), INTERRUPT):
            self._lines.clear()
            return ERASE_MORE
        return ERASE_MORE + self._next(1 if byte in (RETURN, NEWLINE) else self._height)

    def is_over(self) -> bool:
        return not self._lines

    def _next(self, count: int) -> bytes:
        shown, self._lines = self._lines[:count], self._lines[count:]
        text = b"".join(shown)
        return text.removesuffix(b"\r\n") + MORE if self._lines else text
