"""Labs for every CNI, mode and IP version: their documents are complete, and what cannot be is said."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.lab import addressing, cni, daemons, desired, facts, generate, overlay, prerequisites, topology, world
from reconciler.lab.addressing import Request
from reconciler.lab.errors import LabError
from reconciler.lab.overlay import FAMILIES, MODES, SEEDS, Overlay
from reconciler.lab.state import Lab
from reconciler.lab.topology import Topology

from .conftest import Labs, command, on, shown, traces

ROOT = Path(__file__).parents[2]
OVERLAYS = [Overlay(cni, mode, family) for cni, modes in MODES.items() for mode in modes for family in FAMILIES]
FLANNEL = Overlay("flannel", "vxlan", "4")
MTU_OF_FLANNEL6 = "the kernel takes 70"


def planned(wanted: Topology, over: Overlay, folder: Path = Path()) -> Lab:
    lab = addressing.plan(wanted, Request(name="x", pods=1, record=False, overlay=over))
    return lab.model_copy(update={"folder": folder})


@pytest.mark.parametrize("over", OVERLAYS, ids=lambda over: f"{over.cni}-{over.mode}-{over.family}")
def test_the_documents_say_all_that_a_compiler_needs(tmp_path: Path, over: Overlay) -> None:
    lab = planned(generate.topology(3, over), over, tmp_path)
    desired.check(lab)
    desired.write(lab)
    repository = load(tmp_path / "desired")
    compiled = compile_world(repository)
    assert repository.problems == ()
    assert [str(problem) for problem in compiled.problems] == []
    assert [text for text in map(str, compiled.warnings) if MTU_OF_FLANNEL6 not in text] == []
    assert not any(wish.unknown for wish in compiled.values())
    assert {name for name, wish in compiled.items() if wish.desired} == {member.name for member in lab.members}


def test_the_seeds_documents_would_be_those_of_the_repository(tmp_path: Path) -> None:
    lab = planned(topology.load(topology.SEED), SEEDS, tmp_path)
    desired.write(lab)
    ours, written = (compile_world(load(folder)) for folder in (ROOT / "desired", tmp_path / "desired"))
    assert {name: dict(wish.desired) for name, wish in ours.items()} == {
        name: dict(wish.desired) for name, wish in written.items()
    }


def test_flannel_gives_every_node_the_next_24_bits(tmp_path: Path) -> None:
    lab = planned(topology.load(topology.SEED), FLANNEL, tmp_path)
    sides = {node.name: node.kubernetes.sides[0] for node in lab.nodes if node.kubernetes}
    assert [str(side.block) for side in sides.values()] == [f"10.42.{number}.0/24" for number in range(4)]
    assert str(sides["k01-worker"].tunnel) == "10.42.1.0"
    assert [pod.addresses for node in lab.nodes for pod in node.pods] == [()] * 4
    with pytest.raises(LabError, match=r"300 nodes are too many: 10\.42\.0\.0/16 has 256 /24\."):
        planned(generate.topology(300, FLANNEL), FLANNEL)


def test_macs_of_flannel_are_a_stations_own_and_always_the_same() -> None:
    macs = [facts.vtep_mac(FLANNEL, f"k01-worker{number}", version) for number in range(50) for version in (4, 6)]
    assert len(set(macs)) == 100
    assert all(int(mac[:2], 16) & 0b11 == 0b10 for mac in macs)
    assert macs[0] == facts.vtep_mac(FLANNEL, "k01-worker0", 4)


def test_without_a_mode_the_default_is_one_that_tunnels() -> None:
    assert overlay.chosen("calico", None, "4") == SEEDS
    assert overlay.chosen("flannel", None, "dual").mode == overlay.chosen("calico", None, "6").mode == "vxlan"


@pytest.mark.parametrize(
    ("over", "mtu"),
    [
        (SEEDS, 1450),
        (Overlay("calico", "vxlan", "dual"), 1430),
        (Overlay("calico", "none", "4"), 1500),
        (FLANNEL, 1450),
        (Overlay("flannel", "vxlan", "6"), 1450),
        (Overlay("flannel", "host-gw", "4"), 1500),
    ],
)
def test_the_mtu_of_pods(over: Overlay, mtu: int) -> None:
    assert over.pod_mtu == mtu


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (Overlay("flannel", "host-gw", "4"), "All nodes have to be in one subnet, as --nodes has them: host-gw sends"),
        (Overlay("calico", "vxlan", "dual"), r"k01-control-plane has no .* IPv6 address"),
    ],
)
def test_a_topology_without_the_underlay_that_is_needed(over: Overlay, said: str) -> None:
    with pytest.raises(LabError, match=said):
        desired.check(planned(topology.load(topology.SEED), over))


def test_without_the_plugins_their_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "find", lambda program: None if "cni" in program else Path(program))
    with pytest.raises(LabError, match=r"needs /usr/lib/cni/bridge, /usr/lib/cni/host-local, .*networking-plugins"):
        world.check(planned(generate.topology(2, FLANNEL), FLANNEL))


@pytest.mark.lab
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mode", "host-gw"], "There is no mode of calico 'host-gw'; known are none, none-felix, vxlan, vxlan-cross"),
        (["--cni", "flannel", "--mode", "vxlna"], "There is no mode of flannel 'vxlna'; did you mean vxlan?"),
        (["--family", "6", "--topology", topology.SEED], "k01-control-plane has no `ip address add"),
        (
            ["--cni", "flannel", "--mode", "host-gw", "--topology", topology.SEED],
            "host-gw sends pods' packets straight",
        ),
    ],
)
def test_a_wish_that_cannot_be(words: list[object], said: str) -> None:
    ran = command("up", "--name", "none-here", *words)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert said in ran.stderr


@pytest.fixture(scope="module")
def flannel() -> Iterator[Lab]:
    """The seed's lab with flannel, two pods a node; the last test takes it down."""
    made = Labs()
    yield made.up("--cni", "flannel", "--pods", 2)
    made.down()


@pytest.mark.lab
def test_pods_are_wired_by_debians_own_plugins(flannel: Lab) -> None:
    worker = flannel.member("k01-worker")
    assert [str(*pod.addresses) for pod in worker.pods] == ["10.42.1.2", "10.42.1.3"]
    links = json.loads(shown(flannel, "k01-worker", "ip", "-j", "link"))
    ports = {link["ifname"]: link["mtu"] for link in links if link.get("master") == "cni0"}
    assert ports == {pod.interface: 1450 for pod in worker.pods}
    assert shown(flannel, "k01-worker", "ip", "route", "show", "dev", "cni0").split() == (
        ["10.42.1.0/24", "proto", "kernel", "scope", "link", "src", "10.42.1.1"]
    )
    conf = json.loads(shown(flannel, "k01-worker", "cat", f"/etc/{cni.CONF}"))
    assert (conf["type"], conf["ipam"]["type"]) == ("bridge", "host-local")
    assert shown(flannel, "k01-worker", "ls", "/run/lab/cni/cbr0").split()[:2] == ["10.42.1.2", "10.42.1.3"]
    first, second = worker.pods
    ping = ["ip", "netns", "exec", first.namespace, "ping", "-c1", "-W2", str(*second.addresses)]
    assert subprocess.run(ping, capture_output=True).returncode == 0


@pytest.mark.lab
def test_the_cluster_tells_what_flanneld_writes(flannel: Lab) -> None:
    node = json.loads(shown(flannel, "k01-control-plane", "kubectl", "get", "node", "k01-worker", "-o", "json"))
    notes = {key.rpartition("/")[2]: text for key, text in node["metadata"]["annotations"].items()}
    mac = facts.vtep_mac(FLANNEL, "k01-worker", 4)
    assert notes == {
        "backend-type": "vxlan",
        "backend-data": f'{{"VNI":1,"VtepMAC":"{mac}"}}',
        "public-ip": "10.10.10.11",
        "kube-subnet-manager": "true",
    }
    assert (node["spec"]["podCIDR"], node["spec"]["podCIDRs"]) == ("10.42.1.0/24", ["10.42.1.0/24"])
    listed = shown(flannel, "k01-control-plane", "kubectl", "get", "blockaffinities,clusterinformations", "-o", "name")
    assert listed == ""


@pytest.mark.lab
def test_a_plugin_that_refuses_is_quoted(flannel: Lab) -> None:
    with daemons.marked(flannel.name), pytest.raises(LabError) as caught:
        cni.add_all(flannel, flannel.nodes)
    assert str(caught.value).startswith("k01-control-plane: the CNI plugin cannot add pod-k01-control-plane-1: ")
    assert "(eth0) already exists" in str(caught.value)


@pytest.mark.lab
def test_a_flannel_lab_leaves_nothing(flannel: Lab) -> None:
    assert command("status", "--name", flannel.name).returncode == 0
    assert shown(flannel, "jump", "sh", "-c", "echo $RECONCILE_DESIRED").strip() == str(flannel.folder / "desired")
    assert command("down", "--name", flannel.name).returncode == 0
    assert traces([flannel.name]) == []
    assert not flannel.folder.exists()


@pytest.mark.lab
def test_pods_with_both_ip_versions(labs: Labs) -> None:
    lab = labs.up("--nodes", 2, "--family", "dual")
    pod = lab.member("k01-worker").pods[0]
    assert [address.version for address in pod.addresses] == [4, 6]
    assert pod.addresses[1] in ip_network("fd00:192:168::40/122")
    own = on(lab, "k01-worker", "ping", "-c1", "-W2", str(pod.addresses[1]))
    assert own.returncode == 0, own.stdout
    node = json.loads(shown(lab, "k01-control-plane", "kubectl", "get", "node", "k01-worker", "-o", "json"))
    notes = node["metadata"]["annotations"]
    assert notes["projectcalico.org/IPv6Address"] == "fd00:10:10:10::b/64"
    assert notes["projectcalico.org/IPv6VXLANTunnelAddr"] == "fd00:192:168::40"
