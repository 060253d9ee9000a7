"""Run a program of somebody else's making with an end in sight: of time, of memory, of what it says and writes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FENCED = ("/bin/sh", "-c", 'ulimit -f "$1" && ulimit -v "$2" && ulimit -c 0 && shift 2 && exec "$@"', "sh")
FILE_BLOCKS = 256 * 1024 * 2
"""The largest file it may write, in blocks of 512 bytes (sh(1p), ulimit -f): 256 MiB, so the largest pack."""
MEMORY_KIB = 4 * 1024 * 1024
SAID = 64 * 1024 * 1024
COMPLAINED = 64 * 1024
CHUNK = 64 * 1024
GONE = 2.0
"""Seconds that a killed group is waited for."""


class TooLong(Exception):
    """It did not end in time."""


class TooMuch(Exception):
    """It said more than there is room for."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a program left: its exit status, standard output, and the end of its standard error."""

    code: int
    out: bytes
    err: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds until it is killed, and bytes that it may say."""

    seconds: float
    said: int = SAID


async def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], bounds: Bounds, given: bytes = b""
) -> Output:
    """Run ``command`` without a terminal, in a process group that never outlives the call.

    Raises: TooLong, TooMuch; OSError where it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *FENCED, str(FILE_BLOCKS), str(MEMORY_KIB), *command,
        cwd=folder, env=environment, start_new_session=True,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _talk(process, given, bounds.said)
    except TimeoutError:
        await _end(process)
        raise TooLong from None
    except BaseException:  # also when our own task is cancelled
        await _end(process)
        raise


async def _talk(process: asyncio.subprocess.Process, given: bytes, limit: int) -> Output:
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.TaskGroup() as talk:
            talk.create_task(_give(process, given))
            out = talk.create_task(_hear(process.stdout, limit))
            err = talk.create_task(_hear_end(process.stderr))
    except* TooMuch:
        raise TooMuch from None
    return Output(await process.wait(), out.result(), err.result().decode(errors="replace"))


async def _give(process: asyncio.subprocess.Process, given: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # it has ended without listening: its exit status says why
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


async def _hear(stream: asyncio.StreamReader, limit: int) -> bytes:
    heard = bytearray()
    while chunk := await stream.read(CHUNK):
        heard += chunk
        if len(heard) > limit:
            raise TooMuch
    return bytes(heard)


async def _hear_end(stream: asyncio.StreamReader) -> bytes:
    """Complaints may be many; the last ones tell why it ended."""
    heard = b""
    while chunk := await stream.read(CHUNK):
        heard = (heard + chunk)[-COMPLAINED:]
    return heard


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill its whole group: ssh and index-pack would go on without it.

    asyncio calls a process ended once its pipes are, and a pipe that is not read to its end never is.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(GONE):
            for stream in (process.stdout, process.stderr):
                while stream is not None and await stream.read(CHUNK):
                    pass
            await process.wait()
