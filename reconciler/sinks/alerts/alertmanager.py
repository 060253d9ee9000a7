"""Alertmanager's API v2: what fires is told again and again, and ends when it is over, never because nobody spoke.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, POST /api/v2/alerts. Without ``endsAt``
an alert would end after Alertmanager's own ``resolve_timeout``, whatever we know.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

from reconciler.settings.alerts import AlertmanagerSettings
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.http import post
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.runbook import anchor
from reconciler.sinks.alerts.stamp import rfc3339
from reconciler.sinks.alerts.words import description, summary

LASTS = 240.0
"""Seconds after which an alert ends of which we say nothing any more, for this daemon is no more (`desk.REFRESH`)."""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """One of them; of a cluster each member is a receiver of its own, as Prometheus has it."""

    settings: AlertmanagerSettings
    instance: str
    clock: Clock

    async def send(self, message: Message) -> str:
        """Raises: Failure, SecretMissing."""
        credentials = await asyncio.to_thread(self._credentials)
        headers = {"Authorization": credentials} if credentials else {}
        body = json.dumps(self.document(message)).encode()
        url = f"{self.settings.url.rstrip('/')}/api/v2/alerts"
        return await post(url, body, headers, self.settings.ca, _hidden(credentials))

    def document(self, message: Message) -> list[dict[str, Any]]:
        """As the API takes it."""
        return [self._alert(item) for item in message.items]

    def _alert(self, item: Item) -> dict[str, Any]:
        """Nothing begins later than now, should a clock have been put back: who ends before it begins is refused."""
        alert = item.alert
        now = self.clock.today()
        ends = min(alert.ended, now) if item.status == "resolved" and alert.ended is not None else now + LASTS
        device = {"device": alert.device} if alert.device else {}
        subject = {"subject": alert.subject} if alert.subject != alert.device else {}
        return {
            "labels": {
                "alertname": name(alert.kind),
                "kind": alert.kind,
                **device,
                **subject,
                "severity": alert.severity,
                "instance": self.instance,
            },
            "annotations": {
                "summary": summary(alert),
                "description": description(alert),
                "episode": alert.id,
                "runbook": f"docs/ALERTS.md#{anchor(alert.kind)}",
            },
            "startsAt": rfc3339(min(alert.since, now)),
            "endsAt": rfc3339(ends),
        }

    def _credentials(self) -> str:
        """Raises: SecretMissing."""
        if self.settings.token is not None:
            return f"Bearer {self.settings.token.read()}"
        if self.settings.password is not None:
            both = f"{self.settings.username}:{self.settings.password.read()}"
            return f"Basic {base64.b64encode(both.encode()).decode()}"
        return ""


def name(kind: str) -> str:
    """``ReconcilerRolledBack``."""
    return "Reconciler" + "".join(word.capitalize() for word in kind.split())


def _hidden(credentials: str) -> list[str]:
    """What an answer may repeat of them."""
    form, _, value = credentials.partition(" ")
    if form != "Basic":
        return [value]
    return [value, base64.b64decode(value).decode().partition(":")[2]]
