"""`alert test` as a person types it: the daemon's receivers are really called, and each answer is printed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web
from click.testing import CliRunner, Result

from reconciler.cli.main import root
from reconciler.settings.alerts import AlertSettings
from reconciler.sinks.alerts.alerts import Alerts
from tests.sinks.receiver import recording


def typed(folder: Path, receivers: dict[str, Any], *lines: list[str]) -> list[Result]:
    """What the commands print, with a daemon that answers them with its alerts and nothing else."""
    alerts = Alerts(folder / "alerts.db", AlertSettings.model_validate({"receivers": receivers}))

    async def answer(request: web.Request) -> web.Response:
        results = await alerts.test((await request.json())["receiver"])
        return web.json_response({"results": [one._asdict() for one in results]})

    async def work() -> list[Result]:
        app = web.Application()
        app.router.add_post("/v1/alert/test", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.UnixSite(runner, str(folder / "c.sock")).start()
        try:
            return [await asyncio.to_thread(run, [*line, "--socket", str(folder / "c.sock")]) for line in lines]
        finally:
            await runner.cleanup()

    return asyncio.run(work())


def run(line: list[str]) -> Result:
    return CliRunner().invoke(root, ["alert", "test", *line], standalone_mode=False)


def test_each_receiver_says_what_it_has_to_say(tmp_path: Path) -> None:
    with recording() as good, recording() as bad:
        bad.answers.append((401, {}))
        receivers = {"desk": {"webhook": {"url": good.url}}, "oncall": {"alertmanager": {"url": bad.url}}}
        every, one, none = typed(tmp_path, receivers, [], ["d*", "-o", "json"], ["nobody"])
    assert every.output.splitlines() == [
        "desk: a test and its end are sent: HTTP 200 OK",
        "oncall: FAILED: HTTP 401 Unauthorized",
    ]
    assert (every.return_value, one.return_value or 0) == (1, 0)
    assert json.loads(one.output)["results"][0]["ok"] is True
    assert "no receiver is named 'nobody'" in str(none.exception)
    assert [call.path for call in good.calls] == ["/"] * 4
