"""A repository of ours, a daemon on the lab's jump host, and somebody who pushes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import DESIRED, ROOT, Field, at_jump, field

PATIENCE = 30.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)
            if os.geteuid() != 0:
                item.add_marker(pytest.mark.skip(reason="the lab needs root"))


def ours() -> dict[str, str]:
    """The environment in which a hook, whose folder is the repository, runs this very program, too."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


@dataclass
class Pusher:
    """``work``: a checkout whose remote is ``repository``, which the running daemon follows."""

    field: Field
    work: Path
    repository: Path
    log: Path
    place: Path
    daemon: subprocess.Popen[bytes] | None = None

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One git command in the checkout; its output and what the remote says together."""
        return subprocess.run(
            ["git", *words], cwd=self.work, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            env=ours() | {"GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"},
        )  # fmt: skip

    def commit(self, old: str, new: str, message: str = "Change", *options: str) -> str:
        """Replace a text in the nodes' document, and commit. The commit's id."""
        nodes = self.work / "desired/nodes.yaml"
        text = nodes.read_text()
        assert old in text
        nodes.write_text(text.replace(old, new, 1))
        done = self.git("commit", "-qam", message, *options)
        assert done.returncode == 0, done.stdout
        return self.git("rev-parse", "HEAD").stdout.strip()

    def push(self, *words: str) -> tuple[int, str]:
        """The exit code and the remote's words."""
        done = self.git("push", "-q", *words, "origin", "main")
        said = [line.removeprefix("remote: ").rstrip() for line in done.stdout.splitlines()]
        return done.returncode, "\n".join(said)

    def start(self, *words: str) -> None:
        """A daemon on the jump host, ready."""
        line = [*at_jump(self.field.lab), sys.executable, "-m", "reconciler", "daemon", *(words or self.words)]
        environment = ours() | {"RECONCILE_STATE": str(self.field.memory), "RUNTIME_DIRECTORY": str(self.place)}
        self.log.write_bytes(b"")
        self.daemon = subprocess.Popen(line, stderr=self.log.open("ab"), env=environment)
        self.until(lambda: bool(self.events("ready")))

    @property
    def words(self) -> list[str]:
        return ["--desired", f"{self.repository}#main:desired"]

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.daemon is not None
        self.daemon.send_signal(number)
        return self.daemon.wait(PATIENCE)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the daemon has told so far."""
        known = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [event for event in known if event["event"] == kind]

    def reconcile(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command for the daemon."""
        return subprocess.run(
            [sys.executable, "-m", "reconciler", *words], text=True, capture_output=True, timeout=60,
            env=ours() | {"RECONCILE_SOCKET": str(self.place / "control.sock")},
        )  # fmt: skip

    def until(self, there: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not there():
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.02)

    def routes(self, node: str) -> str:
        return self.field.shown(node, "ip", "route")


@pytest.fixture(scope="module")
def pusher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pusher]:
    folder = tmp_path_factory.mktemp("push")
    for made in field(folder / "state"):
        one = Pusher(made, folder / "work", folder / "desired.git", folder / "daemon.log", folder)
        shutil.copytree(DESIRED, one.work / "desired")
        inventory = Path("/run/reconciler-lab", made.lab.name, "inventory")
        init = ["repo", "init", str(one.repository), "--folder", "desired", "--inventory", str(inventory)]
        done = one.reconcile(*init, "--socket", str(folder / "control.sock"))
        assert done.returncode == 0, done.stderr
        for words in (
            ("init", "-q", "-b", "main"), ("config", "user.name", "An Engineer"), ("config", "user.email", "e@x"),
            ("add", "."), ("commit", "-qm", "Begin"), ("remote", "add", "origin", str(one.repository)),
        ):  # fmt: skip
            assert one.git(*words).returncode == 0
        try:
            yield one
        finally:
            if one.daemon is not None and one.daemon.poll() is None:
                one.stop()
