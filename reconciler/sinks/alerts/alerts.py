"""Tells people of episodes: hears them all, keeps them, and sends each receiver what is for it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from reconciler.core.words import plural
from reconciler.report.event import Event, Heard
from reconciler.report.mistake import mistake
from reconciler.settings.alerts import AlertSettings, ReceiverSettings
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.board import Board
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.desk import Desk
from reconciler.sinks.alerts.episode import Episode, restored
from reconciler.sinks.alerts.post import Counts, Post
from reconciler.sinks.alerts.sender import sender
from reconciler.sinks.alerts.store import Store
from reconciler.sinks.alerts.trial import Result, tried

TURN = 0.03
"""Seconds between two turns, however much is heard."""
AGAIN = 15.0
"""Seconds until what could not be kept is tried again."""
Trouble = Callable[[str, str], None]
"""A receiver's name, and why it takes nothing; empty: it does again."""


class Alerts:
    """``path``: where what must survive a restart is kept. ``tell``: for the log. ``now``: seconds since the epoch.

    ``instance``: what tells this daemon from others. ``revision``: the one in force. Use: ``hear`` whatever happens,
    ``settle`` once with what holds at the start, and ``run``.
    """

    def __init__(
        self,
        path: Path,
        settings: AlertSettings,
        tell: Heard = lambda event: None,
        trouble: Trouble = lambda receiver, words: None,
        *,
        now: Callable[[], float] = time.time,
        instance: str = "",
        revision: Callable[[], str] = lambda: "",
    ) -> None:
        self._settings = settings
        self._tell, self._trouble = tell, trouble
        self._instance = instance or socket.gethostname()
        self._clock = Clock(now)
        self._board = Board(self._clock, settings.group, settings.settle, revision)
        self._store = Store(path, lambda words: tell(Event("alert", words, level="warning")))
        self._posts: dict[str, Post] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._gone: set[str] = set()
        self._heard: deque[Event] = deque()
        self._woken = asyncio.Event()
        self._is_read = self._is_running = False

    def hear(self, event: Event) -> None:
        """Whatever happens; what is no episode is of no interest. Never blocks, never raises."""
        if "episode" in event.data:
            self._heard.append(event)
            self._woken.set()

    async def settle(self, holding: Collection[str]) -> None:
        """At the start: the ids of the episodes that hold. Of what was kept and is not among them, the end is told."""
        await self._read()
        self._take()
        self._board.only(holding)
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; then everything is on disk."""
        await self._read()
        self._is_running = True
        try:
            for name in self._posts:
                self._start(name)
            while True:
                self._woken.clear()
                wait = await self._turn()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._woken.wait()
                        await asyncio.sleep(TURN)
        finally:
            self._is_running = False
            await self._stop(*self._tasks)
            self._take()
            await self._save()
            await self._store.close()

    def adopt(self, settings: AlertSettings) -> None:
        """Other settings hold from now on. A receiver that is not there any more is told nothing more."""
        before, self._settings = self._settings, settings
        self._board.group, self._board.settle = settings.group, settings.settle
        if self._is_read and settings != before:
            self._arrange()

    async def test(self, pattern: str) -> list[Result]:
        """Send the receivers that ``pattern`` (as in a shell) names a test alert and its end, and what each answers."""
        found = {name: rules for name, rules in self._settings.receivers.items() if fnmatchcase(name, pattern)}
        senders = {name: sender(name, rules, self._instance, self._clock) for name, rules in found.items()}
        tests = (tried(name, one, self._clock) for name, one in senders.items())
        return list(await asyncio.gather(*tests))

    @property
    def open(self) -> list[Alert]:
        """What holds now, the oldest first."""
        return self._board.open

    @property
    def counts(self) -> dict[str, Counts]:
        """By receiver."""
        return {name: post.counts for name, post in self._posts.items()}

    async def _read(self) -> None:
        if self._is_read:
            return
        found = await self._store.read()
        self._board.restore([one for kept in found.episodes if (one := restored(kept, self._clock))])
        self._is_read = True
        self._arrange()
        for name, kept in (found.receivers or {}).items():
            if name in self._posts:
                self._posts[name].restore(kept)
            else:
                self._forget(name)

    def _arrange(self) -> None:
        """A post for each receiver, as the settings have it."""
        wanted = self._settings.receivers
        for name in self._posts.keys() - wanted.keys():
            del self._posts[name]
            self._forget(name)
        for name, rules in wanted.items():
            post = self._post(name, rules)
            if name in self._posts:
                post.take_over(self._posts[name])
            self._posts[name] = post
        self._gone -= wanted.keys()
        if self._is_running:
            self._restart()

    def _post(self, name: str, rules: ReceiverSettings) -> Post:
        desk = Desk(name, rules, self._settings.repeat, self._clock, self._board)
        way = sender(name, rules, self._instance, self._clock)
        return Post(desk, way, self._settings.interval, self._save, lambda words: self._trouble(name, words))

    def _forget(self, name: str) -> None:
        self._gone.add(name)
        self._board.forget(name)
        self._trouble(name, "")

    def _restart(self) -> None:
        """What is being sent is sent again by those who come after, with the same key."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        for name in self._posts:
            self._start(name)
        self._woken.set()

    def _start(self, name: str) -> None:
        self._tasks[name] = asyncio.create_task(self._posts[name].run(), name=f"alerts for {name}")

    async def _stop(self, *names: str) -> None:
        tasks = [self._tasks.pop(name) for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self) -> None:
        """What was heard."""
        while self._heard:
            event = self._heard.popleft()
            try:
                self._board.hear(event)
            except Exception as error:
                words = f"an alert of {event.kind}: {mistake(error)}"
                self._tell(Event("mistake", words, event.device, "error"))

    async def _turn(self) -> float | None:
        """What was heard, and what time brings about. Seconds until the next turn; None: until something is heard."""
        try:
            self._take()
            at = self._board.turn()
            self._trim()
            for post in self._posts.values():
                post.wake()
            is_kept = await self._save()
        except Exception as error:
            self._tell(Event("mistake", f"alerts: {mistake(error)}", level="error"))
            return AGAIN
        wait = None if at is None else max(0.0, at - self._clock.now())
        return wait if is_kept else min(AGAIN, AGAIN if wait is None else wait)

    def _trim(self) -> None:
        for name, post in self._posts.items():
            if dropped := post.desk.trim():
                post.totals.dropped += dropped
                words = f"{name} takes nothing: {plural(dropped, 'alert')}, long over, had to be dropped"
                self._tell(Event("alert", words, level="warning"))

    async def _save(self) -> bool:
        """Whether all that has changed is on disk."""
        self._board.sweep(self._is_wanted)
        episodes = {name: self._kept(name) for name in self._board.touched}
        posts = [post for post in self._posts.values() if post.touched]
        receivers = {post.desk.name: post.document() for post in posts} | dict.fromkeys(self._gone)
        if not episodes and not receivers:
            return True
        self._board.touched, gone, self._gone = set(), self._gone, set()
        for post in posts:
            post.touched = False
        is_kept = False
        try:
            is_kept = await self._store.write(episodes, receivers)
        finally:
            if not is_kept:  # also where whoever waited for it was cancelled: it may never have begun
                self._board.touched |= episodes.keys()
                self._gone |= gone - self._posts.keys()
                for post in posts:
                    post.touched = True
        return is_kept

    def _kept(self, name: str) -> dict[str, Any] | None:
        one = self._board.episodes.get(name)
        return None if one is None else one.document(self._clock)

    def _is_wanted(self, one: Episode) -> bool:
        """Whether somebody still has to be told of it."""
        return any(post.desk.wish(one) is not None for post in self._posts.values())
