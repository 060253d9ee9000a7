"""A webhook of anybody's own: one JSON document, signed, with a key that stays the same however often it is sent."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from reconciler.settings.alerts import WebhookReceiverSettings
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.http import post
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.stamp import rfc3339
from reconciler.sinks.alerts.words import summary

SCHEMA = "reconciler/alert/v1"
SIGNATURE = "X-Reconciler-Signature-256"
KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Webhook:
    settings: WebhookReceiverSettings
    receiver: str
    clock: Clock

    async def send(self, message: Message) -> str:
        """Raises: Failure, SecretMissing."""
        body = json.dumps(self.document(message), ensure_ascii=False).encode()
        headers, secrets = {KEY: message.key}, []
        if self.settings.secret is not None:
            secret = await asyncio.to_thread(self.settings.secret.read)
            headers[SIGNATURE] = signature(secret, body)
            secrets.append(secret)
        return await post(self.settings.url, body, headers, self.settings.ca, secrets)

    def document(self, message: Message) -> dict[str, Any]:
        """``reconciler/alert/v1``; absent values are left out."""
        return {
            "schema": SCHEMA,
            "sentAt": rfc3339(self.clock.today()),
            "receiver": self.receiver,
            **({"dropped": message.dropped} if message.dropped else {}),
            "alerts": [_alert(item) for item in message.items],
        }


def signature(secret: str, body: bytes) -> str:
    """``sha256=`` and the HMAC of the body, in hex, as GitHub has it."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _alert(item: Item) -> dict[str, Any]:
    alert = item.alert
    ends = {} if alert.ended is None else {"endsAt": rfc3339(alert.ended), "outcome": alert.outcome}
    known = {
        "device": alert.device,
        "by": alert.by,
        "waits": alert.waits,
        "digest": alert.digest,
        "revision": alert.revision,
        "changes": list(alert.changes),
        "count": alert.count,
    }
    return {
        "id": alert.id,
        "status": item.status,
        "kind": alert.kind,
        "severity": alert.severity,
        "subject": alert.subject,
        "summary": summary(alert),
        "words": alert.words,
        "startsAt": rfc3339(alert.since),
        **ends,
        **{name: value for name, value in known.items() if value},
    }
