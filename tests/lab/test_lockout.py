"""No plan cuts our own way to a device; where somebody forces one, the device comes back by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import DESIRED, Field

PORT = "Ethernet3: {description: Connection to k01-worker2, access: 10}"
MOVED = PORT.replace("access: 10", "access: 20")
FORCED = ("--yes", "--allow-lockout", "--timeout", "15s")


@pytest.fixture
def wanting(converged: Field, tmp_path: Path) -> Field:
    """The lab as desired, and documents of its own to change."""
    copy = tmp_path / "desired"
    shutil.copytree(DESIRED, copy)
    return converged.wanting(copy)


@pytest.fixture
def inside(wanting: Field, tmp_path: Path) -> Iterator[Path]:
    """An inventory that reaches k01-worker2 over the switch: from k01-control-plane, at its address in VLAN 10."""
    lab, place = wanting.lab, tmp_path / "inventory"
    shutil.copytree(lab.folder / "inventory", place)
    worker = next(member for member in lab.members if member.name == "k01-worker2")
    old, new = f"host: {worker.address}, ", "host: 10.10.10.12, jump: k01-control-plane, "
    text = (place / "lab.yaml").read_text()
    assert old in text
    (place / "lab.yaml").write_text(text.replace(old, new).replace("../", f"{lab.folder}/"))
    known = lab.folder / "known_hosts"
    before = known.read_text()
    same = [line for line in before.splitlines() if line.startswith(str(worker.address))]
    known.write_text(before + "".join(line.replace(str(worker.address), "10.10.10.12", 1) + "\n" for line in same))
    yield place
    known.write_text(before)


def _replace(field: Field, file: str, old: str, new: str) -> None:
    path = field.desired / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.long  # the node's own timer is waited for
def test_the_address_at_which_we_reach_a_node_is_not_taken_away_and_comes_back_where_it_is(wanting: Field) -> None:
    eth1 = "    eth1: {addresses: [10.10.10.12/24]}\n"
    _replace(wanting, "nodes.yaml", eth1, f"{eth1}    eth0: {{addresses: []}}\n")
    said = wanting.command("--yes", code=3)
    assert "held: would delete address 172.20.20.5/24 dev eth0: carries our own SSH session" in said
    assert "172.20.20.5" in wanting.shown("k01-worker2", "ip", "address", "show", "eth0")
    ran = wanting.reconcile(*FORCED)
    assert ran.returncode == 1
    assert "k01-worker2: 172.20.20.5: " in ran.stderr
    assert "rolled back" in ran.stderr
    assert "172.20.20.5" in wanting.shown("k01-worker2", "ip", "address", "show", "eth0")
    assert wanting.wanting(DESIRED).plan(code=0)["summary"]["in_sync"] == 5


def test_a_port_on_our_way_to_a_node_is_not_moved_and_comes_back_where_it_is(wanting: Field, inside: Path) -> None:
    there = ("--inventory", str(inside))
    assert "In sync" in wanting.command("--dry-run", *there)
    _replace(wanting, "switch.yaml", PORT, MOVED)
    said = wanting.command("--yes", *there, code=3)
    assert "k01-worker2" in said
    assert "would not be reached any more" in said
    ran = wanting.reconcile(*FORCED, *there)
    assert ran.returncode == 1
    assert "ceos01: k01-worker2 cannot be reached any more; rolled back" in ran.stderr
    assert "In sync" in wanting.wanting(DESIRED).command("--dry-run", *there)
