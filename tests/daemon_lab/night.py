"""One daemon on the built-in lab, its repository, and three receivers that hear of what happens to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.engine.record import world_of
from tests.daemon_lab.hearing import Hearing, Said, hearing
from tests.lab.conftest import DESIRED, ROOT, Field, at_jump, field

PATIENCE = 30.0
SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {{name: hearing}}
spec:
  source: {{url: {repository}, branch: main, folder: desired}}
  inventory: {inventory}
  state: {state}
  socket: {folder}/control.sock
  listen: {{syslog: ["udp://0.0.0.0:514"]}}
  loop: {{poll: 2s, retry: {{first: 200ms, longest: 1s}}}}
  heal: [{{devices: [ceos01], kinds: [vlan], heal: hold}}]
  suspend: {{forgotten: 1m}}
  alerts:
    settle: 400ms
    group: 100ms
    interval: 100ms
    receivers:
"""


@dataclass
class Night:
    """One daemon, its repository, and who hears of what happens."""

    field: Field
    folder: Path
    heard: Hearing
    process: subprocess.Popen[bytes] | None = None

    def git(self, *words: str) -> str:
        line = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@x", *words]
        done = subprocess.run(line, cwd=self.folder / "work", text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def push(self, name: str, old: str, new: str) -> str:
        """Replace a text in a document, once. The commit's id; the daemon has looked at it when this returns."""
        place = self.folder / "work/desired" / name
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new, 1))
        return self.commit("commit", "-qam", "Change")

    def commit(self, *words: str) -> str:
        self.git(*words)
        self.git("push", "-q", "origin", "main")
        self.command("sync")
        return self.git("rev-parse", "HEAD")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`reconcile WORDS` on the jump host, for this daemon."""
        socket = {"RECONCILE_SOCKET": str(self.folder / "control.sock")}
        return self.field.warm.run(words, environment=dict(os.environ) | socket)

    def done(self, *words: str) -> str:
        ran = self.command(*words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def tell(self, status: str, headline: str, receivers: Sequence[str] = ("am", "chat", "desk")) -> dict[str, Said]:
        """Wait until these have heard this, once; what each has heard."""

        def found() -> dict[str, list[Said]]:
            said = self.heard.of(headline)
            return {name: [one for one in said[name] if one.status == status] for name in receivers}

        until(lambda: all(found().values()), lambda: f"no {status} {headline}: {self.heard.said}\n{self.log}")
        assert {name: len(one) for name, one in found().items()} == dict.fromkeys(receivers, 1)
        return {name: said[0] for name, said in found().items()}

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()

    def start(self) -> None:
        inventory = Path("/run/reconciler-lab", self.field.lab.name, "inventory")
        values = {"repository": self.folder / "desired.git", "inventory": inventory, "folder": self.folder}
        config = self.folder / "config.yaml"
        config.write_text(SETTINGS.format(state=self.field.memory, **values) + self.heard.settings(self.folder))
        times = {"since": time.time() - 7200, "until": time.time() + 7200}
        suspension = {"target": "k01-worker3", "reason": "new cables", "by": "grace", **times}
        kept = self.field.memory / f"daemon-{world_of(inventory)}.json"
        kept.write_text(json.dumps({"suspended": [suspension]}))
        line = [*at_jump(self.field.lab), sys.executable, "-m", "reconciler", "daemon", "--config", str(config)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(line, stderr=(self.folder / "daemon.log").open("wb"), env=environment)
        until(lambda: '"event": "ready"' in self.log, lambda: self.log)


def until(holds: Callable[[], Any], said: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


def nights(folder: Path) -> Iterator[Night]:
    """One, with its daemon ready."""
    (folder / "state").mkdir()
    for made in field(folder / "state"):
        made.converge()
        shutil.copytree(DESIRED, folder / "work/desired")
        with hearing(folder, made.lab.jump_namespace) as heard:
            one = Night(made, folder, heard)
            one.git("init", "-q", "-b", "main")
            one.git("init", "-q", "--bare", "-b", "main", str(folder / "desired.git"))
            for words in (
                ("remote", "add", "origin", str(folder / "desired.git")),
                ("add", "."),
                ("commit", "-qm", "x"),
            ):
                one.git(*words)
            one.git("push", "-q", "origin", "main")
            one.start()
            try:
                yield one
            finally:
                assert one.process is not None
                one.process.terminate()
                assert one.process.wait(PATIENCE) == 0
