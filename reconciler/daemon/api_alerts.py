"""What the control socket does about alerts: a test of the receivers."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from pydantic import Field

from reconciler.core.words import printable
from reconciler.daemon.request import Asked, body_of
from reconciler.sinks.alerts.alerts import Alerts


class AskedTest(Asked):
    """``receiver``: a shell pattern of names."""

    receiver: str = Field(default="*", min_length=1, max_length=200)


@dataclass
class AlertsApi:
    """Raises, for the server to put in words: pydantic.ValidationError, ValueError."""

    alerts: Alerts

    @property
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/alert/test", self._test)]

    async def _test(self, request: web.Request) -> web.Response:
        asked = AskedTest.model_validate(await body_of(request))
        found = await self.alerts.test(asked.receiver)
        if not found:
            raise ValueError(
                f"no receiver is called {printable(asked.receiver)}: the settings name them (alerts.receivers)"
            )
        return web.json_response({"results": [one._asdict() for one in found]})
