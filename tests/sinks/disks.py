"""Disks that are full or read-only, and rights that are missing: the real ones, seen by one thread and its children."""

from __future__ import annotations

import asyncio
import ctypes
import os
import subprocess
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

CLONE_NEWNS = 0x00020000
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts and other users need root")
_libc = ctypes.CDLL(None, use_errno=True)


def apart(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it where what is mounted is mounted for nobody else, and gone afterwards (mount_namespaces(7))."""

    def run() -> None:
        assert _libc.unshare(CLONE_NEWNS) == 0, os.strerror(ctypes.get_errno())
        mount("--make-rprivate", "/")
        asyncio.run(work())

    with ThreadPoolExecutor(1) as worker:
        worker.submit(run).result()


def as_nobody(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it with the rights on files of a user who has none (setfsuid(2): of this thread alone, and its children)."""

    def run() -> None:
        _libc.setfsgid(NOBODY)
        _libc.setfsuid(NOBODY)
        asyncio.run(work())

    with ThreadPoolExecutor(1) as worker:
        worker.submit(run).result()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def small(folder: Path, size: str) -> None:
    """A disk of that size in place of ``folder``."""
    mount("-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder))


def fill(folder: Path) -> Path:
    """A file that leaves no room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler
