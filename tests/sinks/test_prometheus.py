"""Debian's Prometheus scrapes us with our rules loaded: it finds us, and a fight is told of and over again."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reconciler.sinks import web as module
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.metrics.view import View
from reconciler.sinks.web import Web
from tests.sinks.debian import binary
from tests.sinks.test_metrics import DOWN, SYNCED, seen

FOLDER = Path(__file__).parents[2] / "contrib/prometheus"
PATIENCE = 20.0
PACE = "200ms"


def configured(folder: Path, port: int) -> Path:
    """The example of `contrib/`, at another pace, with our port."""
    text = (FOLDER / "prometheus.yaml").read_text()
    text = text.replace("127.0.0.1:9799", f"127.0.0.1:{port}").replace("/etc/prometheus", str(FOLDER))
    text = re.sub(r"scrape_interval: \w+", f"scrape_interval: {PACE}\n    scrape_timeout: {PACE}", text)
    path = folder / "prometheus.yaml"
    path.write_text(f"global: {{evaluation_interval: {PACE}}}\n{text}")
    return path


@asynccontextmanager
async def prometheus(folder: Path, port: int) -> AsyncIterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = f"127.0.0.1:{free.getsockname()[1]}"
    running = await asyncio.create_subprocess_exec(
        binary("prometheus"),
        f"--config.file={configured(folder, port)}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={own}",
        stderr=(folder / "log").open("w"),
    )
    try:
        yield f"http://{own}/api/v1/"
    finally:
        running.kill()
        await running.wait()


async def asked(session: aiohttp.ClientSession, what: str) -> Any:
    try:
        async with session.get(what) as answer:
            return (await answer.json())["data"] if answer.status == 200 else {}
    except aiohttp.ClientConnectionError:
        return {}


async def firing(session: aiohttp.ClientSession) -> set[tuple[str, str]]:
    """(rule, device) of what fires now."""
    alerts = (await asked(session, "alerts")).get("alerts", ())
    named = [one["labels"] for one in alerts if one["state"] == "firing"]
    return {(one["alertname"], one.get("device", "")) for one in named}


@pytest.mark.long  # Prometheus looks for new targets every 5 s, also for the first
async def test_prometheus_scrapes_us_and_a_rule_speaks_and_falls_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH", 0.0)
    calm = seen(k1=SYNCED, k2=DOWN, **{'odd "na\\me"': SYNCED})
    fought = replace(calm, devices={**calm.devices, "k1": replace(SYNCED, fights=2)})
    now: View = calm
    served = Web(Metrics(lambda: now), str, str)
    await served.open(None, [socket.create_server(("127.0.0.1", 0))])
    try:
        async with prometheus(tmp_path, served.port) as address, aiohttp.ClientSession(address) as session:
            async with asyncio.timeout(PATIENCE):
                while [one["health"] for one in (await asked(session, "targets")).get("activeTargets", ())] != ["up"]:
                    await asyncio.sleep(0.05)
                while ("ReconcilerSuspensionForgotten", "k2") not in await firing(session):
                    await asyncio.sleep(0.05)
                assert ("ReconcilerFight", "k1") not in await firing(session)
                now = fought
                while ("ReconcilerFight", "k1") not in await firing(session):
                    await asyncio.sleep(0.05)
                now = calm
                while ("ReconcilerFight", "k1") in await firing(session):
                    await asyncio.sleep(0.05)
            found = await asked(session, "query?query=reconciler_device_in_sync")
            assert {one["metric"]["device"] for one in found["result"]} == {"k1", "k2", 'odd "na\\me"'}
    finally:
        await served.close()
