"""Whoever calls the webhook without a secret costs little; and a log that nobody takes costs nothing."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from reconciler.daemon.hooks import AT_ONCE, Hooks
from reconciler.daemon.log import logger
from reconciler.report.event import Event
from reconciler.source.webhook import Webhook

HEAD = b"POST /github HTTP/1.1\r\nHost: d\r\nX-GitHub-Event: push\r\nContent-Length: %d\r\n\r\n"


def test_a_crowd_of_dawdlers_is_sent_away_and_fills_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.daemon.hooks.PATIENCE", 0.3)
    told: list[Event] = []
    called: list[None] = []

    async def answer(port: int, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        line = await reader.readline()
        writer.close()
        return line.split()[1]

    async def work() -> list[bytes]:
        hooks = Hooks({"github": Webhook("github", "s" * 16)}, lambda: called.append(None), told.append)
        listening = socket.create_server(("127.0.0.1", 0))
        await hooks.open(None, [listening])
        port = listening.getsockname()[1]
        try:
            return await asyncio.gather(*(answer(port, HEAD % 1000 + b"{") for _ in range(AT_ONCE + 20)))
        finally:
            await hooks.close()

    answers = asyncio.run(work())
    assert answers.count(b"408") == AT_ONCE
    assert answers.count(b"503") == 20
    assert len(told) == 10
    assert called == []


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_on_a_full_disk_stops_nothing(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 - closing it fails
    monkeypatch.setattr(sys, "stderr", full)
    logger(form, "info")(Event("x", "words"))  # type: ignore[arg-type]
    with pytest.raises(OSError, match="No space left"):
        full.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, full.fileno())
    os.close(nowhere)
    full.close()
