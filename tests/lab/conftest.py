"""The whole way: a lab, the real command on its jump host, and a desired state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.lab import enter, state
from reconciler.lab import world as worlds
from reconciler.lab.state import Lab
from tests.lab.warm import Warm, lab, warm

ROOT = Path(__file__).parents[2]
DESIRED = ROOT / "desired"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder makes namespaces."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)
            if os.geteuid() != 0:
                item.add_marker(pytest.mark.skip(reason="the lab needs root"))


@dataclass
class Field:
    """A running lab and a state directory of its own."""

    lab: Lab
    memory: Path
    warm: Warm
    desired: Path = DESIRED

    def wanting(self, desired: Path) -> Field:
        """The same lab with other documents."""
        return replace(self, desired=desired)

    def command(self, *words: object, code: int | None = 0) -> str:
        """`reconcile WORDS` on the jump host; ``code`` is the exit code that it must have (None: any)."""
        ran = self.reconcile(*words)
        assert code is None or ran.returncode == code, f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def reconcile(self, *words: object) -> subprocess.CompletedProcess[str]:
        """In a process that only has to be forked; `run("jump", …)` starts one as a person does."""
        return self.warm.run(["--desired", str(self.desired), *map(str, words)])

    def words(self, *words: object) -> list[object]:
        return [sys.executable, "-m", "reconciler", "--desired", self.desired, *words]

    def plan(self, code: int | None = None) -> dict[str, Any]:
        """`reconcile --dry-run -o json`."""
        found: dict[str, Any] = json.loads(self.command("--dry-run", "-o", "json", code=code))
        return found

    def converge(self) -> str:
        return self.command("--yes")

    def run(self, node: str, *words: object) -> subprocess.CompletedProcess[str]:
        """A command in the lab, whatever becomes of it: as `reconcile lab exec` runs it."""
        command, world = list(map(str, words)), state.get(self.lab.name)
        if node == "jump":
            line, environment = [*at_jump(world), *command], remembering(self.memory)
        elif world.member(node).switch:
            answer, code = enter.on_switch(world, world.member(node), command)
            return subprocess.CompletedProcess(command, code, answer, "")
        else:
            line, environment = enter.on_host(world.member(node), command)
        return subprocess.run(line, text=True, capture_output=True, timeout=120, env=environment)

    def shown(self, node: str, *words: str) -> str:
        """What a command prints; it must succeed."""
        ran = self.run(node, *words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def pings(self) -> bool:
        return lab("ping", "--name", self.lab.name).returncode == 0


def at_jump(world: Lab) -> list[str]:
    return [sys.executable, "-m", "reconciler.lab", "exec", "--name", world.name, "jump", "--"]


def remembering(memory: Path) -> dict[str, str]:
    return os.environ | {"RECONCILE_STATE": str(memory)}


def lines(plan: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """A plan's changes as (device, verb, kind, name)."""
    return [(d["name"], c["verb"], c["kind"], c["name"]) for d in plan["devices"] for c in d["changes"]]


def field(memory: Path, *words: str) -> Iterator[Field]:
    """A lab brought up by the real command, and taken down."""
    name = f"e{uuid.uuid4().hex[:6]}"
    ran = lab("up", "--name", name, *words)
    try:
        assert ran.returncode == 0, ran.stderr
        made = state.get(name)
        with warm(at_jump(made), memory, remembering(memory)) as ready:
            yield Field(made, memory, ready)
    finally:
        worlds.down(name)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Field]:
    """The seed's lab with nothing configured, recording what SSH clients send."""
    yield from field(tmp_path, "--record")


@pytest.fixture(scope="module")
def converged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """The seed's lab as desired."""
    for made in field(tmp_path_factory.mktemp("state")):
        made.converge()
        yield made
