"""Network namespaces by name, and iproute2 run in them."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from .errors import LabError

FOLDER = Path("/run/netns")
CLONE_NEWNET = 0x40000000
T = TypeVar("T")


def batch(lines: Iterable[str], namespace: str | None = None, force: bool = False, program: str = "ip") -> None:
    """Run ``lines`` with one ``ip -batch`` (or ``bridge``); ``force`` goes on after an error and reports none."""
    text = "\n".join(lines)
    within = ["-n", namespace] if namespace else []
    ran = subprocess.run(
        [program, *within, *(["-force"] if force else []), "-batch", "-"], input=text, text=True, capture_output=True
    )
    if ran.returncode and not force:
        raise LabError(f"{program} in {namespace or 'the machine'} refused: {' '.join(ran.stderr.split())}")


def batches(lines: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Run one batch per namespace, as many side by side as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda pair: batch(pair[1], pair[0]), lines))


def show(namespace: str, *words: str, program: str = "ip") -> Any:
    """What ``ip -j -d WORDS`` prints in ``namespace``, parsed."""
    command = [program, "-n", namespace, "-j", "-d", *words]
    ran = subprocess.run(command, text=True, capture_output=True)
    if ran.returncode:
        raise LabError(f"{' '.join(command)}: {ran.stderr.strip()}")
    return json.loads(ran.stdout or "[]")


def within(namespace: str, work: Callable[[], T]) -> T:
    """Do ``work`` in ``namespace``: a thread of its own enters it, so that the rest of us stays where it is."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_entered, namespace, work).result()


def _entered(namespace: str, work: Callable[[], T]) -> T:
    libc = ctypes.CDLL(None, use_errno=True)
    with (FOLDER / namespace).open("rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET):  # os.setns is Python 3.12's
            raise LabError(f"Cannot enter the namespace {namespace}: {os.strerror(ctypes.get_errno())}.")
    return work()


def exists(namespace: str) -> bool:
    return (FOLDER / namespace).exists()


def holds(namespace: str, pid: int) -> bool:
    """Whether the process ``pid`` lives in ``namespace`` (so the number has not been given to another)."""
    try:
        return Path(f"/proc/{pid}/ns/net").stat().st_ino == (FOLDER / namespace).stat().st_ino
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes(namespaces: Iterable[str]) -> list[int]:
    """The processes that live in any of ``namespaces``; one walk through ``/proc`` for all of them."""
    inodes = {(FOLDER / name).stat().st_ino for name in namespaces if exists(name)}
    return [pid for pid in pids() if _namespace(pid) in inodes]


def pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _namespace(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}/ns/net").stat().st_ino
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
