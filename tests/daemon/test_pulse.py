"""Signs of life: as often as the watchdog wants, and a status only where it is news."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from reconciler.daemon import pulse, systemd
from tests.daemon.fasttime import run


@pytest.mark.parametrize(("asked", "beats"), [(None, 50), (15.0, 50), (0.5, 200)])
def test_how_often_it_beats(asked: float | None, beats: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[str] = []
    said: list[str] = []
    monkeypatch.setattr(systemd, "watchdog_interval", lambda: asked)
    monkeypatch.setattr(systemd, "alive", lambda: alive.append(""))
    monkeypatch.setattr(systemd, "say", said.append)

    async def live() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(99.9):
                await pulse.beat(lambda: "calm" if len(alive) < 10 else "busy")

    run(live())
    assert len(alive) == beats
    assert said == ["calm", "busy"]
