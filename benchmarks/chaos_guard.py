"""A daemon on a lab's jump host that is killed, or whose connections are, and the documents that it follows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from benchmarks.chaos_field import Field
from reconciler.cli.control import Control

PATIENCE = 60.0
SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {{name: chaos}}
spec:
  source: {{path: {folder}/desired}}
  inventory: {inventory}
  state: {folder}/state
  socket: {folder}/control.sock
  rollback: {{timeout: {timer}s}}
  loop: {{poll: 2s, retry: {{first: 1s, longest: 2s}}}}
  log: {{format: json}}
"""


class Guard:
    """Use as a context manager: it ends by SIGTERM, if it lives. ``points``: for ``RECONCILE_FAILPOINT``."""

    def __init__(self, field: Field, points: str = "", log: Path | None = None) -> None:
        self._field, self._points, self._log = field, points, log
        self._told: list[dict[str, Any]] = []
        self.died = False

    def __enter__(self) -> Guard:
        field, config = self._field, self._field.folder / "config.yaml"
        values = {"folder": field.folder, "inventory": field.lab.inventory, "timer": field.timer}
        config.write_text(SETTINGS.format_map(values), encoding="utf-8")
        self._point_at(field.here)
        self._process = field.started("daemon", "--config", config, points=self._points, log=self._log)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.died = self.is_dead
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._reader.join(PATIENCE)

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def follows(self) -> None:
        """All is as before, or it has died on the way. Raises: TimeoutError."""
        self._until(lambda: self.is_dead or self._has("rollout"), "first rollout")

    def wants(self, end: int) -> None:
        """From now on the documents want the other state."""
        self._mark = len(self._told)
        self._point_at(end)
        if not self.is_dead:
            self._poke()

    def dies(self) -> bool:
        """Whether it dies before it has come through."""
        self._until(lambda: self.is_dead or self._has("rollout", self._mark), "second rollout, nor an end")
        return self.is_dead

    def acts(self) -> bool:
        """Whether it has had its turn with all devices."""
        self._until(lambda: self._has("rollout", self._mark), "second rollout")
        return True

    def comes(self, end: int, *, mortal: bool = False) -> None:
        """All devices are, sooner or later, as these documents want it; ``mortal``: or it dies.

        Raises: TimeoutError.
        """
        self._point_at(end)
        self._until(lambda: self._in_sync(end) or (mortal and self.is_dead), "five devices in sync")

    def _in_sync(self, end: int) -> bool:
        if self.is_dead or not self._has("ready"):
            return False
        self._poke()
        try:
            devices = Control(self._field.folder / "control.sock").get("/v1/status")["devices"]
        except click.ClickException:
            return False
        revision = self._field.revisions[end]
        return len(devices) == len(self._field.lab.members) and all(
            one["phase"] == "in sync" and one.get("revision") == revision for one in devices.values()
        )

    def _point_at(self, end: int) -> None:
        """In one step: nobody reads half of each."""
        draft = self._field.folder / "desired.new"
        draft.unlink(missing_ok=True)
        draft.symlink_to(self._field.ends[end])
        draft.replace(self._field.folder / "desired")

    def _poke(self) -> None:
        with suppress(click.ClickException):  # it may be dying
            Control(self._field.folder / "control.sock").post("/v1/poke", {})

    def _has(self, kind: str, since: int = 0) -> bool:
        return any(one.get("event") == kind for one in self._told[since:])

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                said = "\n".join(str(one.get("words", one)) for one in self._told[-15:])
                state = f"ended with {self._process.returncode}" if self.is_dead else "lives"
                raise TimeoutError(f"no {what} within {PATIENCE:g} s; the daemon {state}, and said:\n{said}")
            time.sleep(0.05)

    def _read(self) -> None:
        for line in self._process.stderr or ():
            try:
                self._told.append(json.loads(line))
            except ValueError:
                self._told.append({"event": "stderr", "words": line.rstrip()})
