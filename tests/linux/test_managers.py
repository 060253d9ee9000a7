"""Others who manage a node's interfaces: their files as on a node, asked by a real `sh`, and what is said of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.core.driver import Answer, Reading
from reconciler.core.resource import Resource, state_of
from reconciler.engine.observe import Sight
from reconciler.engine.plan import plan_device
from reconciler.intent.wish import Wish
from reconciler.linux import managers
from reconciler.linux.address import Address
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from tests.engine.fakes import unreached

from .node import DRIVER

LINKS = [{"ifindex": 1, "ifname": "lo"}, {"ifindex": 2, "ifname": "eth0"}, {"ifindex": 3, "ifname": "eth1"}]
NETWORKD_RUNS = {"sys/fs/cgroup/system.slice/systemd-networkd.service/cgroup.procs": ""}
NETPLAN = "/run/systemd/network/10-netplan-eth1.network"
ETH1 = {
    "run/systemd/netif/links/1": "# This is private data. Do not parse.\nADMIN_STATE=unmanaged\nOPER_STATE=carrier\n",
    "run/systemd/netif/links/3": f"ADMIN_STATE=configured\nOPER_STATE=routable\nNETWORK_FILE={NETPLAN}\nDNS=\n",
    NETPLAN[1:]: "[Match]\nName=eth1\n\n[Network]\nLinkLocalAddressing=ipv6\n",
}
BY_NETPLAN = f"systemd-networkd manages eth1 by {NETPLAN} (made by netplan)"
ROUTES = (
    f"{BY_NETPLAN} and deletes routes that it does not know: put ManageForeignRoutes=no below [Network] in "
    "/etc/systemd/networkd.conf.d/reconciler.conf"
)
ADDRESSES = (
    f"{BY_NETPLAN} and deletes addresses and neighbours that it does not know: put KeepConfiguration=yes below "
    "[Network] in /etc/systemd/network/10-netplan-eth1.network.d/reconciler.conf"
)
RULES = (
    "systemd-networkd manages eth1 and deletes rules that it does not know: put ManageForeignRoutingPolicyRules=no "
    "below [Network] in /etc/systemd/networkd.conf.d/reconciler.conf"
)
PROFILE = "2f8a1c1e-0000-4000-8000-000000000001"
BY_NM = (
    f"NetworkManager manages eth1 by the profile {PROFILE} and deletes addresses and routes that it does not know: "
    "put unmanaged-devices=interface-name:eth1 below [keyfile] in /etc/NetworkManager/conf.d/reconciler.conf"
)
NM_RUNS = {"sys/fs/cgroup/systemd/system.slice/NetworkManager.service/cgroup.procs": ""}
OFF = "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=false\n"
DROP_IN = "etc/systemd/networkd.conf.d/reconciler.conf"
UNMANAGED = {"run/systemd/netif/links/3": f"ADMIN_STATE=unmanaged\nNETWORK_FILE={NETPLAN}\n"}
KEPT = {"etc/systemd/network/10-netplan-eth1.network.d/reconciler.conf": "[Network]\nKeepConfiguration = yes\n"}
ALL = [ROUTES, ADDRESSES, RULES]

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "no systemd": ({}, []),
    "files of a daemon that does not run": (ETH1, []),
    "netplan and networkd": (NETWORKD_RUNS | ETH1, ALL),
    "Unmanaged=yes": (NETWORKD_RUNS | ETH1 | UNMANAGED, []),
    "routes and rules left alone": (NETWORKD_RUNS | ETH1 | {DROP_IN: OFF}, [ADDRESSES]),
    "everything left alone": (NETWORKD_RUNS | ETH1 | KEPT | {DROP_IN: OFF}, []),
    "in the file itself": (NETWORKD_RUNS | ETH1 | {"etc/systemd/networkd.conf": OFF}, [ADDRESSES]),
    "commented out": (
        NETWORKD_RUNS | ETH1 | {"etc/systemd/networkd.conf": "[Network]\n#ManageForeignRoutes=no\n"},
        ALL,
    ),
    "a drop-in of the distribution": (
        NETWORKD_RUNS | ETH1 | {"usr/lib/systemd/networkd.conf.d/10.conf": OFF},
        [ADDRESSES],
    ),
    "a file of a lower folder": (
        NETWORKD_RUNS | ETH1 | {"etc/systemd/networkd.conf": "", "usr/lib/systemd/networkd.conf": OFF},
        ALL,
    ),
    "a drop-in that is masked": (
        NETWORKD_RUNS
        | ETH1
        | {"usr/lib/systemd/networkd.conf.d/10.conf": OFF, "etc/systemd/networkd.conf.d/10.conf": ""},
        ALL,
    ),
    "the later name counts": (
        NETWORKD_RUNS
        | ETH1
        | {
            "usr/lib/systemd/networkd.conf.d/20.conf": "ManageForeignRoutes=1\n",
            "etc/systemd/networkd.conf.d/10.conf": OFF,
        },
        [ROUTES, ADDRESSES],
    ),
    "NetworkManager": (
        NM_RUNS | {"run/NetworkManager/devices/3": f"[device]\nmanaged=true\nconnection-uuid={PROFILE}\n"},
        [BY_NM],
    ),
    "NetworkManager, managed=false": (
        NM_RUNS | {"run/NetworkManager/devices/3": f"[device]\nmanaged=false\nconnection-uuid={PROFILE}\n"},
        [],
    ),
    "NetworkManager, no profile": (NM_RUNS | {"run/NetworkManager/devices/3": "[device]\nmanaged=true\n"}, []),
}


def asked(root: Path) -> Answer:
    ran = subprocess.run(["sh"], input=managers.question(str(root)), text=True, capture_output=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    return Answer(ran.stdout.replace(str(root), ""))


def written(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(("files", "texts"), CASES.values(), ids=CASES.keys())
def test_what_is_said_of_a_node(files: dict[str, str], texts: list[str], tmp_path: Path) -> None:
    written(tmp_path, files)
    assert [advice.text for advice in managers.read(asked(tmp_path), LINKS)] == texts


ROUTE = Route(dst="192.168.209.64/26", gateway="10.10.10.10", dev="eth1", protocol=142)
ELSEWHERE = Route(dst="192.168.209.64/26", gateway="10.10.10.10", dev="eth0", protocol=142)
NEIGHBOUR = Neighbour(dev="eth1", dst="10.10.10.10", lladdr="02:00:00:00:00:01")
RULE = Rule(family=4, priority=100, table=77)
ADDRESS = Address(dev="eth1", local="10.10.10.11", prefixlen=24)


@pytest.mark.parametrize(
    ("wanted", "notes"),
    [
        ([], []),
        ([ELSEWHERE], []),
        ([ROUTE], [ROUTES]),
        ([NEIGHBOUR], [ADDRESSES]),
        ([ADDRESS, ELSEWHERE], [ADDRESSES]),
        ([RULE], [RULES]),
        ([RULE, ROUTE, ADDRESS], ALL),
    ],
    ids=["nothing", "elsewhere", "a route", "a neighbour", "an address", "a rule", "all"],
)
def test_a_plan_notes_what_concerns_it_also_in_sync(wanted: list[Resource], notes: list[str], tmp_path: Path) -> None:
    written(tmp_path, NETWORKD_RUNS | ETH1)
    state = state_of(wanted)
    reading = Reading(state, advice=managers.read(asked(tmp_path), LINKS))
    plan = plan_device(Wish("n1", state), Sight("n1", reading), unreached(DRIVER))
    assert (plan.in_sync, list(plan.notes)) == (True, notes)


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "systemd-networkd\n::=\n/run/systemd/netif/links/3:NETWORK_FILE=\x1b[2J"]
)
def test_an_answer_that_is_not_understood_says_nothing(text: str) -> None:
    assert managers.read(Answer(text, 2, "grep: no"), [*LINKS, {"ifname": "odd"}]) == ()


def test_a_hostile_file_name_cannot_write_on_a_terminal(tmp_path: Path) -> None:
    written(
        tmp_path, NETWORKD_RUNS | ETH1 | {"run/systemd/netif/links/3": "ADMIN_STATE=failed\nNETWORK_FILE=/x\x1b[2J\n"}
    )
    found = managers.read(asked(tmp_path), LINKS)
    assert found
    assert all(advice.text.isprintable() for advice in found)
