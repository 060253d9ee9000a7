"""A node's watch as its shell runs it, heard by a thread; and a reading in one round trip, as over SSH."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.core.watching import READY, STDERR
from reconciler.transport.frames import ENVIRONMENT

from .node import Node

QUIET = 0.04
"""Seconds without an event after which none is on its way."""


def entering(node: Node) -> list[str]:
    return ["ip", "netns", "exec", node.namespace, "env", "-u", "SSH_CONNECTION"]


@dataclass
class Watch:
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    when: list[float] = field(default_factory=list)

    def hear(self, stream: Iterator[str], mark: str) -> None:
        for line in stream:
            self.when.append(time.monotonic())
            self.lines.append(f"{mark}{line.removesuffix(chr(10))}")

    def has(self, text: str, *, within: float = 5.0) -> int:
        """The place of the first line with this text. Raises: TimeoutError."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for place, line in enumerate(list(self.lines)):
                if text in line:
                    return place
            time.sleep(0.005)
        raise TimeoutError(f"{text!r} is not in {self.lines}")

    def settled(self) -> list[str]:
        """All lines so far, once nothing more comes; they are forgotten here."""
        seen = -1
        while seen != len(self.lines):
            seen = len(self.lines)
            time.sleep(QUIET)
        lines, self.lines = self.lines[:seen], []
        return lines


@contextmanager
def watched(node: Node, text: str, shell: Sequence[str] = ("sh",)) -> Iterator[Watch]:
    """The watch, ready; it ends with its standard input."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*entering(node), *shell], text=True, start_new_session=True, **pipes)  # type: ignore[call-overload]
    watch = Watch(process)
    threads = [
        threading.Thread(target=watch.hear, args=(process.stdout, "")),
        threading.Thread(target=watch.hear, args=(process.stderr, STDERR)),
    ]
    for thread in threads:
        thread.start()
    process.stdin.write(ENVIRONMENT + text + "\n")
    process.stdin.flush()
    try:
        watch.has(READY)
        watch.settled()
        yield watch
    finally:
        process.stdin.close()
        process.wait(5)
        for thread in threads:
            thread.join(5)
