"""Slack, mail, a telephone: whatever the library apprise knows the way to, in a thread of its own.

Its URL is a secret: nothing that apprise logs or answers is repeated but the number of an HTTP status.
"""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.settings.alerts import AppriseSettings
from reconciler.sinks.alerts.aside import aside
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Message
from reconciler.sinks.alerts.words import body, title

if TYPE_CHECKING:
    from apprise import Apprise

PATIENCE = 30.0
"""Seconds for one message, to a mail server too."""
GRACE = 5.0
"""Seconds that apprise is given to say that it has given up."""
TALKATIVE = ("apprise", "urllib3")
"""What they log goes nowhere: at some levels they say the whole URL. (Both have a handler that does nothing.)"""
STATUS = re.compile(r"(?:error\s*=\s*|HTTP\s+|code[ =])(\d{3})\b", re.IGNORECASE)

THIS_ONE = ("400", "413", "422")
"""Answers that are about the message, not about the place, the token or the moment."""


@dataclass(frozen=True, slots=True)
class Chat:
    """One URL of apprise's. One message at a time: a service that hangs is not given another one meanwhile."""

    settings: AppriseSettings
    instance: str
    _busy: threading.Lock = field(default_factory=threading.Lock)

    async def send(self, message: Message) -> str:
        """Raises: Failure, SecretMissing."""
        try:
            return await aside(lambda: self._sent(message), PATIENCE + GRACE)
        except TimeoutError:
            raise Failure(f"no end within {PATIENCE:g} s") from None

    def _sent(self, message: Message) -> str:
        """In a thread. Raises: Failure, SecretMissing."""
        if not self._busy.acquire(blocking=False):
            raise Failure("it still hangs with the message before")
        try:
            return self._notified(_opened(self.settings.url.read()), message)
        finally:
            self._busy.release()

    def _notified(self, service: Apprise, message: Message) -> str:
        from apprise import NotifyType

        kind = NotifyType.INFO
        if any(item.status != "resolved" for item in message.items):
            grave = any(item.alert.severity == "critical" for item in message.items)
            kind = NotifyType.FAILURE if grave else NotifyType.WARNING
        elif message.items:
            kind = NotifyType.SUCCESS
        heard: list[str] = []
        result = service.notify(
            body=f"{body(message)}\n(reconciler on {self.instance})",
            title=title(message),
            notify_type=kind,
            body_format="text",
            interpret_escapes=False,
            timeout=PATIENCE,
            log_callback=lambda entry, one: heard.append(entry.message),
        )
        if not result:
            raise _failure(heard)
        return "taken"


def _opened(url: str) -> Apprise:
    """Raises: Failure."""
    from apprise import Apprise, AppriseAsset, OverflowMode, PersistentStoreMode

    for log in map(logging.getLogger, TALKATIVE):
        log.propagate = False
    asset = AppriseAsset(storage_mode=PersistentStoreMode.MEMORY.value, allow_templates=False, service_timeout=PATIENCE)
    asset.http_redirects = False
    service = Apprise(asset=asset)
    try:
        known = service.add(url)
    except Exception:  # a plugin's own, whose words may hold the URL
        known = False
    if not known or len(service) != 1:
        raise Failure("its url is none that apprise knows: one is needed, such as slack://… or mailtos://…")
    if any(not getattr(one, "verify_certificate", True) for one in service):
        raise Failure("its url says verify=no: certificates are always verified; remove that")
    for one in service:  # the command to type stands at the end of a text that may be too long for a telephone
        if "overflow=" not in url:
            one.overflow_mode = OverflowMode.SPLIT
    return service


def _failure(heard: list[str]) -> Failure:
    numbers = [found[1] for text in heard if (found := STATUS.search(text))]
    if not numbers:
        return Failure("the service cannot be reached, or refuses it")
    return Failure(f"the service answers with HTTP {numbers[-1]}", lasting=numbers[-1] in THIS_ONE)
