"""Labs for the tests: brought up by the real command, under a name of their own, and always taken down."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from reconciler.lab import state, world
from reconciler.lab.state import Lab
from tests.lab import warm

LAB_DATA = Path(__file__).parents[3] / "shared" / "lab-data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `lab` make namespaces."""
    for item in items:
        if item.get_closest_marker("lab") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="the lab needs root"))


command = warm.lab
"""`reconcile lab WORDS`, as a user would run it, but for the start of Python; `test_hosts` starts it anew, too."""


def on(lab: Lab, node: str, *words: str, given: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`reconcile lab exec NODE -- WORDS` in `lab`."""
    return command("exec", "--name", lab.name, node, "--", *words, given=given, cwd=cwd)


def shown(lab: Lab, node: str, *words: str) -> str:
    """What a command prints on a node; it must succeed."""
    ran = on(lab, node, *words)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


NUMBERS = itertools.count()


class Labs:
    """Brings labs up and remembers them."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def name(self) -> str:
        """A name that no other run uses."""
        name = f"t{os.getpid()}-{next(NUMBERS)}"
        self.names.append(name)
        return name

    def up(self, *words: object) -> Lab:
        name = self.name()
        ran = command("up", "--name", name, *words)
        assert ran.returncode == 0, ran.stderr
        return state.get(name)

    def down(self) -> None:
        for name in self.names:
            world.down(name)


@pytest.fixture
def labs() -> Iterator[Labs]:
    made = Labs()
    yield made
    made.down()


@pytest.fixture(scope="module")
def bare() -> Iterator[Lab]:
    """The seed's lab as `lab up` leaves it."""
    made = Labs()
    yield made.up()
    made.down()


@pytest.fixture(scope="module")
def configured() -> Iterator[Lab]:
    """The seed's lab with its startup configuration and exec lines."""
    made = Labs()
    yield made.up("--configured")
    made.down()


def traces(names: Sequence[str]) -> list[str]:
    """Everything on this machine that still speaks of the labs `names`: namespaces, processes, mounts, files."""
    spaces = [path.name for path in Path("/run/netns").glob("*") if path.name.startswith(tuple(f"{n}-" for n in names))]
    files = [
        str(state.INDEX / name) for name in names if (state.INDEX / name).is_symlink() or (state.INDEX / name).exists()
    ]
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if any(f"/{n}" in line for n in names)]
    return [*spaces, *files, *mounts, *_processes(names)]


def _processes(names: Sequence[str]) -> list[str]:
    marks = [f"RECONCILER_LAB={name}\0".encode() for name in names]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment, line = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if any(mark in environment for mark in marks):
            found.append(f"{folder.name} {line.decode(errors='replace')}")
    return found
