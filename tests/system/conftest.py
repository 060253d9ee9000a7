"""The package on a real systemd, on the jump host of a lab: everything that a person has who installs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.desired.compose import compose
from reconciler.lab import enter, state, switch, world
from reconciler.lab.state import Lab
from tests.system.machine import Machine

SERVICE = "reconciler.service"
ROOT = Path(__file__).parents[2]
CREDENTIALS = "/run/credentials/reconciler.service"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)
            if os.geteuid() != 0:
                item.add_marker(pytest.mark.skip(reason="containers and the lab need root"))


@pytest.fixture(scope="session")
def package() -> Path:
    """What `make deb` has built."""
    found = sorted((ROOT / "dist").glob("reconciler_*.deb"))
    assert len(found) == 1, "run `make deb` first, or `make system`, which does"
    return found[0]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The seed's lab with nothing configured."""
    name = f"s{uuid.uuid4().hex[:6]}"
    line = [sys.executable, "-m", "reconciler.lab", "up", "--name", name]
    ran = subprocess.run(line, text=True, capture_output=True, timeout=120)
    try:
        assert ran.returncode == 0, ran.stderr
        yield state.get(name)
    finally:
        world.down(name)


@pytest.fixture(scope="module")
def machine(lab: Lab, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The lab's jump host as a computer of its own, booted, with the package beside it."""
    made = Machine(tmp_path_factory.mktemp("jump"), lab.jump_namespace)
    try:
        shutil.copy(package, made.root / "root/reconciler.deb")
        made.boot()
        yield made
    finally:
        made.close()


def configure(machine: Machine, lab: Lab) -> None:
    """What a person writes after the installation; keys and passwords as systemd's credentials, which is the way."""
    etc = machine.root / "etc/reconciler"
    shutil.copytree(ROOT / "desired", etc / "desired")
    shutil.copy(lab.folder / "known_hosts", etc)
    shutil.copy(lab.folder / "id_ed25519", etc / "credentials")
    machine.write("/etc/reconciler/inventory/lab.yaml", json.dumps(inventory(lab)))
    machine.write("/etc/reconciler/credentials/switch", switch.PASSWORD + "\n", mode=0o600)
    given = "".join(f"LoadCredential={name}:/etc/reconciler/credentials/{name}\n" for name in ("id_ed25519", "switch"))
    machine.dropin("credentials", given)


def inventory(lab: Lab) -> Any:
    """The lab's own inventory, with every secret where systemd puts it."""
    (tree,) = compose((lab.inventory / "lab.yaml").read_text())[0]
    document = tree.plain()
    for device in document["spec"]["devices"].values():
        if "key" in device:
            device["key"] = f"{CREDENTIALS}/id_ed25519"
        else:
            device["password"] = {"credential": "switch"}
    return document


def settings(machine: Machine, source: str, more: str = "") -> None:
    """`/etc/reconciler/config.yaml` with another ``source``; ``more``: lines of its ``spec``."""
    spec = f"  source: {source}\n  inventory: /etc/reconciler/inventory\n{more}"
    head = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: reconciler}\nspec:\n"
    machine.write("/etc/reconciler/config.yaml", head + spec)


def console(lab: Lab, lines: str) -> str:
    """What the switch answers at its console, to which nobody logs in."""
    return enter.on_switch(lab, lab.switches[0], [lines])[0]


def on_node(lab: Lab, node: str, script: str) -> str:
    """What a shell script says, as root on a node."""
    command, environment = enter.on_host(lab.member(node), ["sh", "-euc", script])
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout
