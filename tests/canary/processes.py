"""Who may read what a process was started with: arguments are everybody's, an environment its user's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

SPY = """\
#!/bin/sh
{ printf '\\036%s\\037' "$(basename "$0")"; printf '%s\\037' "$@"; printf '\\035'; env; } >> "$SPIED"
PATH="${PATH#*:}" exec "$(basename "$0")" "$@"
"""
"""In front of a program that the daemon runs: writes down arguments and environment, and runs it."""


def spy(folder: Path, *programs: str) -> None:
    folder.mkdir()
    for program in programs:
        (folder / program).write_text(SPY.replace('"$SPIED"', f"'{folder}.log'"))
        (folder / program).chmod(0o755)


def spied(folder: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Each run: the program, its arguments, its environment."""
    for run in Path(f"{folder}.log").read_bytes().split(b"\036")[1:]:
        head, _, environment = run.partition(b"\035")
        yield head.split(b"\037")[0].decode(), head, environment


class Watch:
    """All arguments of all processes, read again and again, while the block lasts."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue
            time.sleep(0.01)
