"""`import live` on the lab: its documents want exactly what is there, whatever has happened; no device is changed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from tests.lab.conftest import DESIRED, Field
from tests.lab.warm import lab

NODES = ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")
API = ("--api-node", "k01-control-plane")
ACCIDENTS = (
    "ip route add 10.88.{n}.0/24 via {gateway} dev eth1 proto static",
    "ip route add 10.89.{n}.0/24 via {gateway} dev eth1 proto 142 metric {n} mtu 1400",
    "ip route add blackhole 10.90.{n}.0/24",
    "ip route add 10.91.{n}.0/24 nexthop via {gateway} dev eth1 weight 2 nexthop dev eth1",
    "ip route add 10.92.{n}.0/24 dev vxlan.calico",
    "ip route add 10.93.{n}.0/24 via {gateway} dev eth1 table 100",
    "ip rule add from 10.94.{n}.0/24 lookup 100 priority 7{n} protocol 142",
    "ip rule add fwmark 0x{n}/0xff lookup 100 priority 8{n}",
    "ip neigh add 10.77.0.{n} lladdr 02:00:00:00:00:{n:02x} dev eth1 nud permanent",
    "ip neigh add 10.78.0.{n} lladdr 02:00:00:00:00:{n:02x} dev vxlan.calico nud permanent",
    "bridge fdb append 02:00:00:00:01:{n:02x} dev vxlan.calico dst 10.10.10.{n}",
    "ip link add vx{n} type vxlan id {n} dstport 4789 dev eth1 nolearning",
    "ip link add vx{n} up mtu 1400 type vxlan id {n} dstport 4790 local 10.10.10.{n} learning",
    "ip link add br{n} up type bridge stp_state 1",
    "ip link add du{n} type dummy",
    "ip address add 10.79.{n}.1/24 dev eth1",
    "ip address add 10.80.{n}.1/32 dev lo",
    "ip link set vxlan.calico mtu 14{n:02}",
    "ip link set eth1 mtu 14{n:02}",
    "ip -6 address add fd00:7::{n}/64 dev eth1 nodad",
    "ip -6 route add fd00:8:{n}::/64 via fd00:7::99 dev eth1 onlink",
)
"""What people do on nodes; ``n``: a number of their own. What the kernel refuses has not happened."""
ON_SWITCH = (
    "vlan {n}\n name Somebodys-{n}",
    'interface Ethernet{port}\n description it\'s # {n} "all" right; $(true)',
    "ip route 10.95.{n}.0/24 10.10.10.11 {n} name way-{n}",
    "vlan {n}\ninterface Vlan{n}\n ip address 10.96.{n}.1/24\n mtu 9000",
    "interface Ethernet{port}\n switchport mode trunk\n switchport trunk allowed vlan 10,20,{n}",
    "interface Loopback{n}\n ip address 10.97.0.{n}/32",
    "no vlan 20",
    "interface Vlan20\n shutdown",
)


def imported(field: Field, folder: Path, *words: object, code: int = 0) -> str:
    """The documents in ``folder``; what is said of them is returned."""
    ran = field.reconcile("import", "live", "--to", folder, "--force", *words)
    assert ran.returncode == code, ran.stderr
    return ran.stderr


def rows(folder: Path) -> dict[str, dict[str, object]]:
    world = compile_world(load(folder))
    return {name: {str(key): row for key, row in world[name].desired.items()} for name in world}


def happen(field: Field, rng: random.Random, number: int) -> None:
    """Some of what people do, and some of what the lab itself knows to break."""
    for n in rng.sample(range(11, 90), number):
        if rng.random() < 0.3:
            lines = rng.choice(ON_SWITCH).format(n=n, port=rng.randint(1, 4)).split("\n")
            field.run("ceos01", "\n".join(["enable", "configure", *lines, "end"]))
        else:
            node = rng.choice(NODES)
            gateway = "10.10.20.1" if node == NODES[-1] else "10.10.10.1"
            field.run(node, *rng.choice(ACCIDENTS).format(n=n, gateway=gateway).split())
    lab("break", "--name", field.lab.name, "--random", rng.randint(0, 3), "--seed", rng.randint(0, 9999), "--cascade")


def check(field: Field, folder: Path, *words: object) -> None:
    """The law: documents without an error, and a plan without a change."""
    said = imported(field, folder, *words)
    assert not load(folder / "desired").having("error")
    ran = field.wanting(folder / "desired").reconcile("--dry-run", "-o", "json")
    texts = "\n".join(path.read_text() for path in sorted((folder / "desired").iterdir()))
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}\n{said}\n{texts}"


def test_the_seed_comes_back_as_its_own_documents_say(converged: Field, tmp_path: Path) -> None:
    before = json.loads(converged.command("observe", "-o", "json"))
    check(converged, tmp_path, *API)
    assert json.loads(converged.command("observe", "-o", "json")) == before, "nothing is ever written to a device"
    assert rows(tmp_path / "desired") == rows(DESIRED)
    assert _length(tmp_path / "desired") < 1.2 * _length(DESIRED)


def _length(folder: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in folder.iterdir())


def test_whatever_happened_an_import_changes_nothing(converged: Field, tmp_path: Path) -> None:
    _rounds(converged, tmp_path, 3)


@pytest.mark.long
def test_whatever_happened_an_import_changes_nothing_for_long(converged: Field, tmp_path: Path) -> None:
    _rounds(converged, tmp_path, 50)


def _rounds(field: Field, folder: Path, number: int) -> None:
    for seed in range(number):
        rng = random.Random(seed)
        happen(field, rng, rng.randint(2, 8))
        check(field, folder / str(seed), *(API if rng.random() < 0.7 else ("--desired", folder / "none")))
