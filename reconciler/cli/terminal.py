"""What is at the other end of our streams: a person at a terminal, a pipe, or nothing at all."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


def is_terminal(stream: TextIO | None) -> bool:
    """A stream that was closed before we began (``>&-``) is ``None``."""
    return stream is not None and not stream.closed and stream.isatty()


def speak_plainly() -> None:
    """What the terminal's encoding lacks (an arrow in latin-1) is shown as ``?`` and is no error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def flush() -> None:
    """Here, and not when Python ends, where a full disk or a closed pipe would be a traceback. Raises: OSError."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def give_up_output() -> None:
    """Whatever is still in the buffers goes nowhere: nobody takes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if sys.stdout is not None:
        os.dup2(nowhere, sys.stdout.fileno())


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a question to a person at once: asyncio would only note it until the answer has come."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
