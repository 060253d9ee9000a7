"""The sockets of the daemon: commands, syslog, webhooks, metrics; some may have been opened by systemd already."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass

from reconciler.daemon import systemd
from reconciler.daemon.control import Control
from reconciler.daemon.hearsay import Hearsay, is_heard
from reconciler.daemon.hooks import Hooks
from reconciler.daemon.service import Service
from reconciler.report.event import Event
from reconciler.settings.listen import Endpoint
from reconciler.sinks.web import Web
from reconciler.source.webhook import webhooks


@dataclass
class Doors:
    """Opened once, and closed with the stack."""

    service: Service
    control: Control
    hearsay: Hearsay
    web: Web

    async def open(self, stack: AsyncExitStack) -> None:
        """Raises: OSError; SecretMissing."""
        handed, listen = systemd.listen_fds(), self.service.settings.listen
        for one in self.service.hub.conditions:
            if one.kind == "socket":  # from before a restart, perhaps of another place
                self.service.hub.conditions.end("socket", one.subject, "it is opened anew")
        await self.control.open()
        stack.push_async_callback(self.control.close)
        await self.hearsay.open(listen.syslog, handed.get("syslog", ()))
        stack.callback(self.hearsay.close)
        await self._open_hooks(stack, handed.get("webhook", []))
        await self._open_web(stack, handed.get("metrics", []))

    async def keep(self) -> None:
        """What somebody has taken away from under us is opened again."""
        conditions, path = self.service.hub.conditions, str(self.control.path)
        try:
            if await self.control.keep():
                self._warn("warning", "the control socket was removed; it is there again")
        except OSError as error:
            conditions.begin("socket", path, f"the control socket is gone: {error}")
        else:
            conditions.end("socket", path, "the control socket is there again")

    async def _open_web(self, stack: AsyncExitStack, handed: list[socket.socket]) -> None:
        place = self.service.settings.listen.metrics
        if place or handed:
            await self.web.open(_missing(place, handed), handed)
            stack.push_async_callback(self.web.close)

    async def _open_hooks(self, stack: AsyncExitStack, handed: list[socket.socket]) -> None:
        """Git hosts that tell of a push."""
        known, place = self.service.settings.source.webhook, self.service.settings.listen.webhook
        if known is None or not (place or handed):
            self._deaf(handed)
            return
        secrets = {str(kind): one for kind, one in webhooks(known).items()}
        hooks = Hooks(secrets, self.service.following.poke, self.service.hub.bus.publish)
        await hooks.open(_missing(place, handed), handed)
        stack.push_async_callback(hooks.close)

    def _deaf(self, handed: list[socket.socket]) -> None:
        """Somebody may have set up one half of a webhook."""
        for one in handed:
            one.close()
        words = "a socket for webhooks is there, and no source.webhook that says who is believed" if handed else ""
        if self.service.settings.source.webhook is not None:
            words = "source.webhook without a place: give listen.webhook, or enable reconciler-webhook.socket"
        if words:
            self._warn("webhook", words)

    def _warn(self, kind: str, words: str) -> None:
        self.service.hub.tell(Event(kind, words, level="warning"))


def _missing(place: Endpoint | None, handed: list[socket.socket]) -> Endpoint | None:
    """The place, unless one of the sockets is there already."""
    return None if place and is_heard(place, handed) else place
