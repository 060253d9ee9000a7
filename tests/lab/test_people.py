"""What a person does at the jump host: look, trust, be asked, enter containers that have no sshd."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.lab.conftest import ROOT, Field, lines

LOST = ("ip", "route", "del", "192.168.209.64/26")
DOCKER = '#!/bin/sh\n[ "$1 $2 $3" = "exec -i k01-worker" ] || exit 125\nshift 3\nexec "$@"'
SHOW = ("ip", "route", "show", "192.168.209.64/26")


@pytest.fixture
def wounded(converged: Field) -> Field:
    converged.shown("k01-worker", *LOST)
    return converged


def at_a_terminal(field: Field, answer: str, *words: object) -> tuple[int, str]:
    """`reconcile WORDS` with a person who types ``answer``: (exit code, what was on the screen)."""
    line: list[object] = [sys.executable, "-m", "reconciler.lab", "exec", "--name", field.lab.name, "jump", "--"]
    line += [sys.executable, "-m", "reconciler", "--desired", field.desired, *words]
    ran = subprocess.run(
        ["script", "-qec", shlex.join(map(str, line)), "/dev/null"],
        input=f"{answer}\n",
        text=True,
        capture_output=True,
        timeout=120,
        env=os.environ | {"RECONCILE_STATE": str(field.memory), "COLUMNS": "80"},
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_no_is_no(wounded: Field) -> None:
    code, screen = at_a_terminal(wounded, "n")
    assert code == 2, screen
    assert "192.168.209.64/26" in screen
    assert "Apply" in screen
    assert wounded.shown("k01-worker", *SHOW) == ""
    wounded.converge()


def test_yes_is_yes(wounded: Field) -> None:
    code, screen = at_a_terminal(wounded, "y")
    assert code == 0, screen
    assert "Applied and proven on 1 of 1 devices." in screen
    assert "via 192.168.209.64 dev vxlan.calico" in wounded.shown("k01-worker", *SHOW)


def test_observe_shows_what_is_there(converged: Field) -> None:
    text = converged.command("observe", "--target", "k01-worker")
    assert text.startswith("== k01-worker ==\n")
    assert "192.168.209.64/26 via 192.168.209.64 dev vxlan.calico onlink" in text
    extra = ("ip", "address", "add", "10.77.0.1", "peer", "10.77.0.2", "dev", "eth1")
    converged.shown("k01-worker2", *extra, "valid_lft", "600", "preferred_lft", "600")
    found = json.loads(converged.command("observe", "-o", "json"))
    jsonschema.validate(found, json.loads((ROOT / "schemas/state.v1.json").read_text()))
    converged.shown("k01-worker2", "ip", "address", "del", "10.77.0.1", "peer", "10.77.0.2", "dev", "eth1")
    assert set(found["devices"]) == {device["name"] for device in converged.plan(code=0)["devices"]}
    assert all(device["status"] == "ok" for device in found["devices"].values())


def test_what_was_observed_plans_without_a_device(wounded: Field, tmp_path: Path) -> None:
    live = tmp_path / "live.json"
    live.write_text(wounded.command("observe", "-o", "json"))
    seen = wounded.plan(code=2)
    wounded.converge()
    offline = json.loads(wounded.command("--dry-run", "--live", live, "-o", "json", code=2))
    assert lines(offline) == lines(seen) != []


def stranger(field: Field, folder: Path) -> Path:
    """An inventory that knows no host key yet."""
    inventory = folder / "inventory"
    shutil.copytree(field.lab.folder / "inventory", inventory)
    shutil.copy(field.lab.folder / "id_ed25519", folder)
    return inventory


def test_trust_records_the_keys_and_a_changed_one_is_refused(converged: Field, tmp_path: Path) -> None:
    inventory, known = stranger(converged, tmp_path), tmp_path / "known_hosts"
    unknown = converged.command("--dry-run", "--inventory", inventory, "-o", "json", code=4)
    for device in json.loads(unknown)["devices"]:
        assert device["status"] == "unreachable"
        assert "`reconcile trust`" in device["reason"]
    shown = converged.command("trust", "--yes", "--inventory", inventory)
    assert shown.count("SHA256:") == 5
    assert len(known.read_text().splitlines()) == 5
    converged.command("--dry-run", "--inventory", inventory)
    rows = [row.split() for row in known.read_text().splitlines()]
    (worker,) = [row for row in rows if row[0] == str(converged.lab.member("k01-worker").address)]
    other = next(row for row in rows if row is not worker)
    worker[2] = other[2]
    known.write_text("".join(" ".join(row) + "\n" for row in rows))
    (refused,) = [
        device
        for device in json.loads(converged.command("--dry-run", "--inventory", inventory, "-o", "json", code=4))[
            "devices"
        ]
        if device["status"] != "ok"
    ]
    assert refused["name"] == "k01-worker"
    assert "is not the one on record" in refused["reason"]


def test_a_container_without_sshd_is_entered_from_its_host(wounded: Field, tmp_path: Path) -> None:
    """`docker exec -i NAME sh`, with a stand-in for docker that runs what it is given: nothing else is asked of it."""
    wounded.shown("k01-worker", "sh", "-c", f"echo {shlex.quote(DOCKER)} >/tmp/docker; chmod +x /tmp/docker")
    inventory = stranger(wounded, tmp_path)
    shutil.copy(wounded.lab.folder / "known_hosts", tmp_path / "known_hosts")
    path = inventory / "lab.yaml"
    login = "k01-worker: {"
    assert login in path.read_text()
    entered = f'{login}shell: "/tmp/docker exec -i k01-worker sh", '
    path.write_text(path.read_text().replace(login, entered))
    wounded.command("--yes", "--inventory", inventory, "--target", "k01-worker")
    assert "via 192.168.209.64" in wounded.shown("k01-worker", *SHOW)
    path.write_text(path.read_text().replace("-i k01-worker sh", "-i nobody sh"))
    away = json.loads(
        wounded.command("--dry-run", "--inventory", inventory, "--target", "k01-worker", "-o", "json", code=4)
    )
    assert "exit status 125" in away["devices"][0]["reason"]
