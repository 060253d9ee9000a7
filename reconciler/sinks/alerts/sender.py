"""How a message gets to whom it is for: one way for each kind of receiver."""

from __future__ import annotations

from typing import Protocol

from reconciler.settings.alerts import ReceiverSettings
from reconciler.sinks.alerts.alertmanager import Alertmanager
from reconciler.sinks.alerts.chat import Chat
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.message import Message
from reconciler.sinks.alerts.webhook import Webhook


class Sender(Protocol):
    """Raises: Failure, SecretMissing."""

    async def send(self, message: Message) -> str: ...


def sender(name: str, rules: ReceiverSettings, instance: str, clock: Clock) -> Sender:
    """``instance``: this daemon's host. No secret is read before something is sent."""
    if rules.alertmanager is not None:
        return Alertmanager(rules.alertmanager, instance, clock)
    if rules.webhook is not None:
        return Webhook(rules.webhook, name, clock)
    assert rules.apprise is not None, "the settings see to it"
    return Chat(rules.apprise, instance)
