"""One day of a real daemon at which everything goes wrong that has to do with a secret; then all is searched."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler.cli.control import Control
from tests.canary.birds import Birds, texts
from tests.canary.parrot import Parrot, listening
from tests.canary.places import ROOT, GitHost, Nest, Switch, documents, git_host
from tests.canary.processes import Watch, spied, spy

PATIENCE = 30.0
CRASH = """\
import sys
from reconciler.sinks.alerts import webhook
signed = webhook.signature
def signature(secret, body):
    if secret.startswith("crash-"):
        raise RuntimeError(f"cannot sign with {secret}")
    return signed(secret, body)
webhook.signature = signature
from reconciler.cli.main import main
main()
"""
"""The very program, in which one receiver's signature is a mistake of ours that has the secret in its words."""


@dataclass
class Day:
    """``said``: what commands and the API have answered; ``kept``: what was on disk, of it the repository's mirror."""

    birds: Birds
    nest: Nest
    switch: Switch
    git: GitHost
    parrot: Parrot
    said: list[bytes] = field(default_factory=list)
    kept: dict[str, list[bytes]] = field(default_factory=lambda: {"disk": [], "mirror": []})
    watch: Watch = field(default_factory=Watch)

    @property
    def folder(self) -> Path:
        return self.nest.folder

    @property
    def control(self) -> Control:
        return Control(self.folder / "s")

    @property
    def log(self) -> bytes:
        return (self.folder / "log").read_bytes()

    def until(self, true: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"no {what}:\n" + "\n".join(self.log.decode().splitlines()[-30:])
            time.sleep(0.02)

    def events(self, kind: str, words: str = "") -> list[dict[str, Any]]:
        lines = [line for line in self.log.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
        return [one for one in map(json.loads, lines) if one["event"] == kind and words in one["words"]]

    def wait(self, kind: str, words: str = "", least: int = 1) -> None:
        self.until(lambda: len(self.events(kind, words)) >= least, f"{kind} {words}")

    def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """The API's answer, also where it refuses."""
        try:
            answer = self.control.post(path, body) if body else self.control.get(path)
        except click.ClickException as error:
            answer = {"error": error.message}
        self.said.append(json.dumps(answer).encode())
        return answer

    def read(self, port: int, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        self.said.append(str(answer.getheaders()).encode() + answer.read())
        connection.close()

    def commands(self, *lines: str) -> None:
        """Side by side, each as a person types it."""
        line = [sys.executable, "-m", "reconciler"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RECONCILE_SOCKET": str(self.folder / "s")}
        options = {"cwd": self.folder, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        running = [subprocess.Popen([*line, *one.split()], **options) for one in lines]  # type: ignore[call-overload]
        self.said += [one.communicate(timeout=PATIENCE)[0] for one in running]

    def look_at_the_disk(self) -> None:
        for place in ("state", "tmp"):
            for path, data in texts(self.folder / place):
                self.kept["mirror" if self.folder / "state/source" in path.parents else "disk"].append(data)

    def where(self, name: str) -> set[str]:
        """The places at which one canary was seen."""
        return {place for place, seen in self._places().items() if name in seen}

    def _places(self) -> dict[str, set[str]]:
        if not hasattr(self, "_found"):
            found = self.birds.found
            self.look_at_the_disk()
            runs = list(spied(self.folder / "bin"))
            told = [environment for program, _, environment in runs if program not in ("git",)]
            self._found = {
                "log": found(self.log),
                "answers": found(b"\n".join(self.said)),
                "disk": found(b"\n".join(self.kept["disk"])),
                "mirror": found(b"\n".join(self.kept["mirror"])),
                "receivers": found(b"\n".join(self.parrot.heard)),
                "arguments": found(b"\n".join(self.watch.seen) + b"".join(words for _, words, _ in runs)),
                "children": found(b"".join(told)),
                "git": found(b"".join(environment for program, _, environment in runs if program == "git")),
            }
        return self._found


def receivers(nest: Nest, port: int) -> dict[str, str]:
    """Each kind of them with each kind of secret; what is in a path of a URL is one as well."""
    birds, here = nest.birds, f"http://127.0.0.1:{port}"
    password = nest.credential("am", birds.plant("alertmanager password", strange='"\\/%+'))
    token = nest.variable("AM_TOKEN", birds.plant("alertmanager token"))
    secret, apprise = nest.file("hmac", birds.plant("webhook secret")), birds.plant("apprise token")
    unknown = nest.file("chat2", f"nonsense://{birds.plant('bad apprise')}@x")
    crash = nest.variable("CRASH", f"crash-{birds.plant('mistake')}")
    path = f"{birds.plant('path')}?key={birds.plant('query')}"
    tls = nest.file("tls", birds.plant("tls secret"))
    return {
        "am": f"{{alertmanager: {{url: '{here}/am/', username: me, password: {password}}}}}",
        "amt": f"{{alertmanager: {{url: '{here}/amt/', token: {token}}}}}",
        "hook": f"{{webhook: {{url: '{here}/hook/{path}', secret: {secret}}}}}",
        "chat": f"{{apprise: {{url: {nest.variable('CHAT', f'json://me:{apprise}@127.0.0.1:{port}/chat/')}}}}}",
        "chat2": f"{{apprise: {{url: {unknown}}}}}",
        "crash": f"{{webhook: {{url: '{here}/crash/', secret: {crash}}}}}",
        "gone": f"{{webhook: {{url: 'http://127.0.0.1:1/{birds.plant('gone')}', secret: {secret}}}}}",
        "tls": f"{{webhook: {{url: 'https://localhost:{nest.tls}/x', secret: {tls}}}}}",
    }


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder, birds = tmp_path_factory.mktemp("canary"), Birds()
    with ExitStack() as stack:
        switch = stack.enter_context(Switch(folder / "switch", birds))
        git = stack.enter_context(git_host(folder / "git", birds))
        nest = Nest(folder / "daemon", birds, tls=git.host.port)
        parrot = stack.enter_context(listening())
        one = Day(birds, nest, switch, git, parrot)
        nest.inventory(switch)
        nest.settings(git, receivers(nest, parrot.port))
        spy(nest.folder / "bin", "git", "ssh-keygen", "ssh")
        git.push(documents())
        stack.enter_context(one.watch)
        process = stack.enter_context(running(nest))
        stack.callback(process.kill)
        from tests.canary.story import live

        live(one, process)
        one.look_at_the_disk()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        yield one


def running(nest: Nest) -> subprocess.Popen[bytes]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RECONCILE")},
        **nest.environment,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{nest.folder / 'bin'}:{os.environ['PATH']}",
        "CREDENTIALS_DIRECTORY": str(nest.folder / "credentials"),
        "TMPDIR": str(nest.folder / "tmp"),
    }
    line = [sys.executable, "-c", CRASH, "daemon", "--config", "config.yaml"]
    with (nest.folder / "log").open("wb") as log:
        return subprocess.Popen(line, cwd=nest.folder, env=environment, stdout=log, stderr=log)
