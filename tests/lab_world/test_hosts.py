"""A host of the lab is a machine of its own: files, processes, name, links, and a real sshd with key login."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.lab import facts
from reconciler.lab.overlay import SEEDS
from reconciler.lab.state import Lab

from .conftest import Labs, command, on, shown

pytestmark = pytest.mark.lab


def ssh(lab: Lab, node: str, words: str) -> subprocess.CompletedProcess[str]:
    return on(lab, "jump", "ssh", "-F", str(lab.folder / "ssh_config"), "-o", "BatchMode=yes", node, words)


def test_every_part_lives(bare: Lab) -> None:
    ran = command("status", "--name", bare.name, "-o", "json")
    assert ran.returncode == 0, ran.stdout
    rows = json.loads(ran.stdout)["members"]
    assert [row["kind"] for row in rows] == ["jump", "switch", "node", "api", "node", "node", "node"]
    assert {row["alive"] for row in rows} == {True}


def test_a_host_has_its_own_name_processes_and_links(bare: Lab) -> None:
    assert shown(bare, "k01-worker", "hostname") == "k01-worker\n"
    assert shown(bare, "k01-worker", "cat", "/etc/hostname") == "k01-worker\n"
    assert set(shown(bare, "k01-worker", "ls", "/sys/class/net").split()) >= {"eth0", "eth1", "lo"}
    processes = shown(bare, "k01-worker", "sh", "-c", "echo /proc/[0-9]*").split()
    assert "/proc/1" in processes
    assert len(processes) < 10


def test_what_a_host_writes_is_its_own(bare: Lab) -> None:
    name = f"of-{bare.name}"  # somebody may have any other on this machine
    places = [f"{folder}/{name}" for folder in ("/root", "/home", "/tmp", "/var/tmp", "/run", "/etc")]
    shown(bare, "k01-worker", "touch", *places)
    assert on(bare, "k01-worker2", "ls", *places).stdout == ""
    assert not any(Path(place).exists() for place in places)


COLLECTOR = """
import socket
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.bind(("0.0.0.0", 514))
print("ready", flush=True)
text, sender = ear.recvfrom(4096)
print(sender[0], text.decode())
"""


def test_the_jump_host_hears_the_switchs_log(bare: Lab) -> None:
    line = [
        sys.executable,
        "-m",
        "reconciler.lab",
        "exec",
        "--name",
        bare.name,
        "jump",
        "--",
        "python",
        "-c",
        COLLECTOR,
    ]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as collector:
        assert collector.stdout is not None
        assert collector.stdout.readline() == "ready\n"
        answer = on(bare, "ceos01", "configure\nend\nshow running-config section logging").stdout
        heard = collector.communicate(timeout=5)[0]
    assert f"logging host {bare.jump.ip}\n" in answer
    switch = bare.member("ceos01").address
    assert heard.startswith(f"{switch} <165>"), heard
    assert "%SYS-5-CONFIG_E: Enter configuration mode from console by root on console" in heard


def test_a_process_of_its_own_as_a_user_starts_it(bare: Lab) -> None:
    """All else here is run by a process that was ready."""
    line = [sys.executable, "-m", "reconciler.lab", "exec", "--name", bare.name, "k01-worker", "--", "cat"]
    ran = subprocess.run(line, input="good\n", text=True, capture_output=True, timeout=60)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("good\n", "", 0)


def test_exec_hands_through_input_output_and_exit_code(bare: Lab) -> None:
    ran = on(bare, "k01-worker", "sh", "-c", "cat; echo bad >&2; exit 7", given="good\n")
    assert (ran.stdout, ran.stderr, ran.returncode) == ("good\n", "bad\n", 7)


def test_jump_keeps_the_folder_and_points_to_the_inventory(bare: Lab, tmp_path: Path) -> None:
    ran = on(bare, "jump", "sh", "-c", "pwd; echo $RECONCILE_INVENTORY; command -v python", cwd=tmp_path)
    folder, inventory, python = ran.stdout.split()
    assert folder == str(tmp_path)
    assert (Path(inventory) / "lab.yaml").exists()
    assert Path(python).parent == Path(sys.executable).parent


@pytest.mark.parametrize("node", ["k01-control-plane", "k01-worker", "k01-worker2"])
def test_root_logs_in_with_the_labs_key(bare: Lab, node: str) -> None:
    ran = ssh(bare, node, "id -un; hostname")
    assert ran.stdout == f"root\n{node}\n", ran.stderr


def test_one_node_is_reached_as_an_ordinary_user_with_sudo(bare: Lab) -> None:
    ran = ssh(bare, "k01-worker3", "id -un; touch /root/no 2>/dev/null || sudo -n id -un")
    assert ran.stdout == "ops\nroot\n", ran.stderr


def test_a_foreign_key_is_refused(bare: Lab, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    options = [
        "-o",
        f"UserKnownHostsFile={bare.folder}/known_hosts",
        "-o",
        "BatchMode=yes",
        "-i",
        str(tmp_path / "key"),
    ]
    ran = on(bare, "jump", "ssh", "-F", "none", *options, "root@172.20.20.3", "true")
    assert ran.returncode == 255
    assert "Permission denied" in ran.stderr


def test_a_bare_node_has_its_management_interface_and_nothing_else(bare: Lab) -> None:
    addresses = json.loads(shown(bare, "k01-worker", "ip", "-4", "-j", "address"))
    assert {row["ifname"] for row in addresses} == {"lo", "eth0"}
    routes = shown(bare, "k01-worker", "ip", "-4", "route").splitlines()
    assert routes[0].split() == ["default", "via", "172.20.20.1", "dev", "eth0"]
    assert [line.split()[2] for line in routes[2:]] == ["cali4b031c4a0f6"]


def test_a_pod_reaches_its_node_over_the_proxied_gateway(bare: Lab) -> None:
    """docs/KERNEL.md, fact 9: 169.254.1.1 is answered because the node has a default route."""
    pod = f"{bare.name}-pod-k01-worker-1"
    shown(bare, "k01-worker", "ip", "address", "replace", "192.0.2.1/32", "dev", "lo")
    ran = subprocess.run(
        ["ip", "netns", "exec", pod, "ping", "-c1", "-W2", "192.0.2.1"], capture_output=True, text=True
    )
    shown(bare, "k01-worker", "ip", "address", "del", "192.0.2.1/32", "dev", "lo")
    assert ran.returncode == 0, ran.stdout
    links = json.loads(
        subprocess.run(["ip", "-n", pod, "-j", "link"], capture_output=True, text=True, check=True).stdout
    )
    assert {link["ifname"]: link["mtu"] for link in links}["eth0"] == 1450


def test_the_cluster_knows_nodes_and_blocks_but_no_pool(bare: Lab) -> None:
    names = shown(bare, "k01-control-plane", "kubectl", "get", "nodes,blockaffinities,ippools", "-o", "name")
    assert len(names.split()) == 8
    assert "blockaffinity.projectcalico.org/k01-worker2-192-168-164-128-26" in names
    version = "jsonpath={.items[0].spec.calicoVersion}"
    assert shown(bare, "k01-control-plane", "kubectl", "get", "clusterinformations", "-o", version).startswith("v3.30")


def test_kubectl_works_on_the_jump_host_too(bare: Lab) -> None:
    assert shown(bare, "jump", "kubectl", "get", "node", "k01-worker", "-o", "name") == "node/k01-worker\n"


def test_the_console_of_the_switch(bare: Lab) -> None:
    assert shown(bare, "ceos01", "show hostname").startswith("Hostname: ceos01")
    assert on(bare, "ceos01", "show", "nonsense").returncode == 1


def test_record_keeps_every_byte_that_a_client_sends(labs: Labs) -> None:
    lab = labs.up("--record")
    for node in ("k01-worker", "k01-worker3"):
        ran = on(
            lab, "jump", "ssh", "-F", str(lab.folder / "ssh_config"), node, "sh; exit 5", given="echo $((6 * 7))\n"
        )
        assert (ran.stdout, ran.returncode) == ("42\n", 5), ran.stderr
        log = (lab.folder / "nodes" / node / "input.log").read_text()
        assert log.splitlines()[0].endswith(": sh; exit 5")
        assert log.splitlines()[1] == "echo $((6 * 7))"


def test_a_generated_lab_comes_with_documents_that_fit(labs: Labs) -> None:
    lab = labs.up("--nodes", 6, "--pods", 2)
    assert {path.name for path in (lab.folder / "desired").iterdir()} == {
        "affinities.yaml",
        "cluster.yaml",
        "nodes.yaml",
        "switch.yaml",
    }
    assert [len(node.pods) for node in lab.nodes] == [2] * 6
    assert facts.vtep_mac(SEEDS, "k01-worker5", 4) in (lab.folder / "desired" / "nodes.yaml").read_text()
