"""What is never touched, what is only planned, and what waits for a person."""

from __future__ import annotations

import json
import re
import shutil
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from tests.lab.conftest import DESIRED, Field, lines

MUTATING = re.compile(
    rb"\b(?:ip|bridge)\b[^\n;|]*\b(?:add|del|delete|replace|change|append|set|flush)\b"
    rb"|kubectl (?:create|patch|apply|replace|delete)|-batch|\b(?:configure|commit|write|copy|sysctl)\b"
)


def test_a_dry_run_sends_not_one_mutating_byte(bare: Field) -> None:
    assert lines(bare.plan(code=2))
    sent = list(bare.lab.folder.glob("nodes/*/input.log"))
    assert len(sent) == 5, sent
    for log in sent:
        assert log.stat().st_size > 0
        assert not MUTATING.search(log.read_bytes()), log.read_text()


def test_foreign_entries_survive(converged: Field) -> None:
    node, switch = "k01-worker", "ceos01"
    mine = (
        "ip route add 203.0.113.0/24 via 10.10.10.1 proto 99",
        "ip route add blackhole 198.51.100.0/24 proto 12",
        "ip link add br9 type bridge",
        "ip neigh add 10.10.10.77 lladdr 02:00:00:00:00:77 dev eth1 nud permanent",
        "ip route add 198.51.100.0/25 via 10.10.10.1 table 77",
    )
    for command in mine:
        converged.shown(node, *command.split())
    converged.shown(switch, "configure\nvlan 1500\nname elsewhere\nend")
    try:
        assert lines(converged.plan(code=0)) == []
        converged.shown(node, "ip", "route", "del", "192.168.209.64/26")
        converged.converge()
        routes = converged.shown(node, "ip", "route", "show", "table", "all")
        for words in ("203.0.113.0/24", "198.51.100.0/24", "198.51.100.0/25"):
            assert words in routes
        assert "10.10.10.77" in converged.shown(node, "ip", "neigh")
        assert "elsewhere" in converged.shown(switch, "show vlan")
        assert "Management0" in converged.shown(switch, "show ip interface brief")
    finally:
        converged.run(node, "ip", "link", "del", "br9")
        converged.run(node, "ip", "route", "del", "203.0.113.0/24")
        converged.run(node, "ip", "route", "del", "198.51.100.0/24")
        converged.run(node, "ip", "route", "flush", "table", "77")
        converged.run(node, "ip", "neigh", "del", "10.10.10.77", "dev", "eth1")
        converged.run(switch, "configure\nno vlan 1500\nend")


@pytest.fixture
def other(converged: Field, tmp_path: Path) -> Field:
    """The same lab with a desired state that a test may change."""
    copy = tmp_path / "desired"
    shutil.copytree(DESIRED, copy)
    return converged.wanting(copy)


def test_without_a_terminal_yes_is_required(other: Field) -> None:
    other.shown("k01-worker", "ip", "route", "del", "192.168.209.64/26")
    ran = other.command(code=1)
    assert "192.168.209.64/26" in ran
    assert "192.168.209.64/26" not in other.shown("k01-worker", "ip", "route")
    other.converge()


def test_an_empty_desired_state_is_held(other: Field) -> None:
    for path in other.desired.iterdir():
        path.unlink()
    other.command("--yes", code=3)
    assert "192.168.209.64/26" in other.shown("k01-worker", "ip", "route")


def test_a_device_that_vanished_is_held(other: Field) -> None:
    path = other.desired / "switch.yaml"
    path.unlink()
    (found,) = [d for d in other.plan(code=3)["devices"] if d["name"] == "ceos01"]
    assert found["status"] == "held"
    assert "no document mentions it" in found["reason"]


def test_many_deletes_wait_for_an_approval(other: Field) -> None:
    for number in range(20):
        other.shown("k01-worker", "ip", "route", "add", "blackhole", f"198.51.100.{number}/32", "proto", "142")
    plan = other.plan(code=3)
    (found,) = [d for d in plan["devices"] if d["name"] == "k01-worker"]
    assert found["status"] == "held"
    assert len(found["changes"]) == 20
    other.command("--yes", code=3)
    assert "198.51.100.7" in other.shown("k01-worker", "ip", "route")
    other.command("--yes", "--approve", "000000000000", code=3)
    other.command("--yes", "--approve", plan["digest"])
    assert "198.51.100.7" not in other.shown("k01-worker", "ip", "route")


def test_what_carries_our_session_is_never_changed(other: Field) -> None:
    nodes = other.desired / "nodes.yaml"
    text = nodes.read_text()
    assert "eth1: {" in text
    nodes.write_text(text.replace("eth1: {", "eth0: {mtu: 1400}\n    eth1: {", 1))
    plan = other.plan(code=3)
    (found,) = [d for d in plan["devices"] if d["status"] == "held"]
    assert "session" in found["reason"]


TO_NODE = "    - {dst: 10.10.20.0/24, via: 10.10.10.1, dev: eth1}\n"
TO_SWITCH = "  routing: true"
OFF_THE_WAY = {
    "a blackhole": ("nodes.yaml", TO_NODE, "    - {dst: CLIENT/32, type: blackhole}\n"),
    "another gateway": ("nodes.yaml", TO_NODE, "    - {dst: CLIENT/32, via: 10.10.10.1, dev: eth1}\n"),
    "half the network": ("nodes.yaml", TO_NODE, "    - {dst: HALF, via: 10.10.10.1}\n"),
    "a wrong MAC": ("nodes.yaml", TO_NODE, '  neighbors: [{dst: CLIENT, dev: eth0, mac: "02:00:00:00:00:99"}]\n'),
    "our own address": ("nodes.yaml", "[10.10.10.10/24", ", CLIENT/32"),
    "a longer network": ("nodes.yaml", "[10.10.10.10/24", ", HALF_HOST"),
    "a static route": ("switch.yaml", TO_SWITCH, "\n  routes: [{dst: CLIENT/32, via: 10.10.10.10}]"),
    "half a static route": ("switch.yaml", TO_SWITCH, "\n  routes: [{dst: HALF, via: 10.10.10.10}]"),
    "an SVI": ("switch.yaml", "[10.10.20.1/24", ", HALF_HOST"),
}


def _client(field: Field) -> str:
    """The jump host's address, as the nodes see it."""
    said = field.shown("jump", "ip", "-j", "-4", "route", "get", str(field.lab.management[4]))
    return str(json.loads(said)[0]["prefsrc"])


@pytest.mark.parametrize("what", OFF_THE_WAY)
def test_what_leads_the_packets_back_to_us_elsewhere_is_refused(other: Field, what: str) -> None:
    file, after, more = OFF_THE_WAY[what]
    client = _client(other)
    half = IPv4Network(f"{client}/25", strict=False)
    more = more.replace("HALF_HOST", f"{half[9]}/25").replace("CLIENT", client).replace("HALF", str(half))
    path = other.desired / file
    text = path.read_text()
    assert after in text
    path.write_text(text.replace(after, after + more, 1))
    plan = other.plan(code=3)
    (found,) = [device for device in plan["devices"] if device["status"] == "held"]
    assert f"packets back to us ({client}) would" in found["reason"]
    other.command("--yes", "--approve", plan["digest"], code=3)
    assert lines(other.wanting(DESIRED).plan(code=0)) == []


def test_what_leaves_the_way_back_to_us_alone_is_done(other: Field) -> None:
    """A shorter prefix, a worse metric, the other half of the network, and the gateway's true MAC."""
    nodes, switch = other.desired / "nodes.yaml", other.desired / "switch.yaml"
    client = _client(other)
    near, half = other.lab.management, IPv4Network(f"{client}/25", strict=False)
    (rest,) = near.address_exclude(half)
    seen = json.loads(other.shown("k01-control-plane", "ip", "-j", "neigh", "show", "to", client, "dev", "eth0"))
    routes = f"    - {{dst: {near.supernet(4)}, via: 10.10.10.1}}\n    - {{dst: {near}, via: 10.10.10.1, metric: 9}}\n"
    neighbour = f'  neighbors: [{{dst: {client}, dev: eth0, mac: "{seen[0]["lladdr"]}"}}]\n'
    nodes.write_text(nodes.read_text().replace(TO_NODE, TO_NODE + routes + neighbour, 1))
    switch.write_text(
        switch.read_text().replace(TO_SWITCH, f"{TO_SWITCH}\n  routes: [{{dst: {rest}, via: 10.10.10.10}}]", 1)
    )
    other.converge()
    assert lines(other.plan(code=0)) == []
    other.wanting(DESIRED).converge()


def test_audit_plans_and_never_writes(other: Field) -> None:
    cluster = other.desired / "cluster.yaml"
    cluster.write_text(cluster.read_text().replace("spec:\n", "spec:\n  mode: audit\n", 1))
    other.shown("k01-worker", "ip", "route", "del", "192.168.209.64/26")
    (line,) = lines(other.plan(code=2))
    assert line[:3] == ("k01-worker", "create", "route")
    other.command("--yes", code=2)
    assert "192.168.209.64/26" not in other.shown("k01-worker", "ip", "route")
    other.wanting(DESIRED).converge()


def test_a_port_and_a_card_that_are_not_there_are_named_and_the_rest_is_done(other: Field) -> None:
    switch, nodes = other.desired / "switch.yaml", other.desired / "nodes.yaml"
    switch.write_text(switch.read_text().replace("    Ethernet4:", "    Ethernet9: {access: 10}\n    Ethernet4:"))
    text = nodes.read_text().replace(
        "addresses: [10.10.10.10/24]}", "addresses: [10.10.10.10/24]}\n    eth7: {mtu: 1400}"
    )
    nodes.write_text(text.replace("via: 10.10.10.1, dev: eth1}", "via: 10.10.10.1, dev: eth1, mtu: 1400}", 1))
    plan = other.plan(code=2)
    notes = {device["name"]: device.get("notes") for device in plan["devices"]}
    assert notes["ceos01"] == ["there is no interface Ethernet9: 1 change waits for it"]
    assert notes["k01-control-plane"] == ["there is no interface eth7: 1 change waits for it"]
    other.command("--yes", code=2)
    left = lines(other.plan(code=2))
    assert left == [("ceos01", "create", "interface", "Ethernet9"), ("k01-control-plane", "create", "link", "eth7")]
    other.wanting(DESIRED).converge()
