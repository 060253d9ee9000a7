"""`reconcile` without starting Python anew, here or on the lab's jump host: a process that has imported all, and forks.

Each line on standard input is a JSON order: ``words`` of the command line, its input, its working directory and
environment (null: the server's own), and the files that take what it prints. The answer is its exit code. Run as a
program where the commands are to run; `Warm` is the other end.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

IMPORTS = (
    *("asyncssh", "deepdiff", "netmiko", "rich.console", "reconciler.cli.main", "reconciler.cli.reconcile"),
    *("reconciler.cli.observe", "reconciler.cli.compiled", "reconciler.cli.documents", "reconciler.transport.netmiko"),
    *("reconciler.transport.netmiko_login", "reconciler.transport.ssh", "reconciler.transport.connect"),
    *("reconciler.lab.cli", "ruamel.yaml"),
)
PATIENCE = 120
"""Seconds for one command."""


@contextmanager
def warm(start: Sequence[str], folder: Path, environment: dict[str, str]) -> Iterator[Warm]:
    """``start``: the command line that enters the jump host; ``folder``: for what commands print."""
    line = [*start, sys.executable, "-m", __name__]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            yield Warm(process, folder)
        finally:
            process.kill()


class Warm:
    """One jump host's process."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder

    def run(
        self, words: Sequence[str], given: str = "", cwd: Path | None = None, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err, typed = self._folder / "out", self._folder / "err", self._folder / "in"
        typed.write_text(given)
        order: dict[str, object] = {"words": list(words), "in": str(typed), "out": str(out), "err": str(err)}
        order |= {"cwd": str(cwd) if cwd else None, "environment": environment}
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        if not ready:
            raise subprocess.TimeoutExpired(list(words), PATIENCE)
        code = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(list(words), code, out.read_text(), err.read_text())


@functools.cache
def here() -> Warm:
    """Outside of any lab; one for all tests of this process, and with it until its end."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(warm([], Path(folder), dict(os.environ)))


def lab(*words: object, given: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`reconcile lab WORDS`, with the environment of this moment."""
    return here().run(["lab", *map(str, words)], given, cwd, dict(os.environ))


def serve() -> None:
    for module in IMPORTS:
        importlib.import_module(module)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    """The command with its own output, as its own process."""
    from reconciler.cli.main import main

    for number, name in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.dup2(os.open(order["in"], os.O_RDONLY), 0)
    if order["environment"] is not None:
        os.environ.clear()
        os.environ.update(order["environment"])
    os.chdir(order["cwd"] or ".")
    sys.argv = ["reconcile", *order["words"]]
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    serve()
