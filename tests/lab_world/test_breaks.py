"""Every break changes exactly the entry that it names, in the way that it says."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from reconciler.lab import breaks, netns
from reconciler.lab.breaks.live import Cluster, Node, Switch
from reconciler.lab.breaks.scenario import Break, Scenario
from reconciler.lab.stanzas import stanzas
from reconciler.lab.state import Lab

from .conftest import command, shown

VXLAN = "vxlan.calico"
PEER = "66:d2:0c:f0:ef:e5"
CONVERGED = f"""\
address add 10.10.10.11/24 dev eth1
link add {VXLAN} mtu 1450 type vxlan id 4096 dstport 4789 local 10.10.10.11 dev eth1 nolearning
link set {VXLAN} address 66:fb:ad:98:aa:13
address add 192.168.81.64/32 dev {VXLAN}
link set {VXLAN} up
neigh add 192.168.23.64 lladdr 66:15:9d:fa:c6:aa dev {VXLAN} nud permanent
neigh add 192.168.209.64 lladdr {PEER} dev {VXLAN} nud permanent
route add 10.10.20.0/24 via 10.10.10.1 dev eth1 proto 142
route add 192.168.23.64/26 via 10.10.10.10 dev eth1 proto 80 onlink
route add 192.168.164.128/26 via 10.10.10.12 dev eth1 proto 80 onlink
route add blackhole 192.168.81.64/26 proto 80
route add 192.168.209.64/26 via 192.168.209.64 dev {VXLAN} onlink
route add 192.168.209.64 dev {VXLAN} scope link
"""
POOL = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 192.168.0.0/16, blockSize: 26, vxlanMode: CrossSubnet, natOutgoing: true, disableBGPExport: true}
"""
Entries = dict[tuple[str, str], str]


def scenarios(on: str) -> list[Scenario]:
    return [scenario for scenario in breaks.BREAKS.values() if scenario.on == on]


def first(scenario: Scenario, world: Node | Switch | Cluster) -> Break:
    return Break(scenario, world, next(iter(scenario.find(world))))


def converge(lab: Lab) -> None:
    """Give k01-worker what the reconciler would give it, from nothing."""
    namespace = lab.member("k01-worker").namespace
    clear = [f"link del {VXLAN}", "address flush dev eth1", "route flush proto 80", "route flush proto 142"]
    netns.batch(clear, namespace, force=True)
    netns.batch(CONVERGED.splitlines(), namespace)
    netns.batch([f"fdb add {PEER} dev {VXLAN} dst 10.10.20.20 self permanent"], namespace, program="bridge")


def entries(lab: Lab) -> Entries:
    """All that a reconciler may own on k01-worker: (kind, the plan's name) and what the kernel says of it."""
    node = Node(lab.member("k01-worker"), lab.overlay)
    addresses = {("address", f"{a['local']}/{a['prefixlen']} dev {a['dev']}"): a["scope"] for a in node.addresses}
    links = {("link", link["ifname"]): _told(link) for link in node.vxlan}
    routes = {("route", f"{r['dst']} table 254 metric {r.get('metric', 0)}"): _told(r) for r in node.routes}
    neighbours = {("neighbour", f"{n['dst']} dev {VXLAN}"): n["lladdr"] for n in node.neighbours}
    fdb = {("fdb", f"{f['mac']} dev {VXLAN}"): f["dst"] for f in node.fdb}
    return {**addresses, **links, **routes, **neighbours, **fdb}


def _told(row: object) -> str:
    return json.dumps({key: value for key, value in dict(row).items() if key not in ("ifindex", "stats64")})  # type: ignore[call-overload]


def differences(before: Entries, after: Entries) -> set[tuple[str, str, str]]:
    """What a plan would say, told by what vanished, what came, and what changed."""
    gone = {(*key, "create") for key in before.keys() - after.keys()}
    came = {(*key, "delete") for key in after.keys() - before.keys()}
    return gone | came | {(*key, "update") for key in before.keys() & after.keys() if before[key] != after[key]}


def test_there_are_breaks_of_every_sort() -> None:
    assert len(breaks.BREAKS) >= 50
    assert {scenario.on for scenario in breaks.BREAKS.values()} == {"node", "switch", "cluster"}


@pytest.mark.lab
@pytest.mark.parametrize("scenario", scenarios("node"), ids=lambda scenario: scenario.name)
def test_a_broken_node_differs_in_what_the_break_names(bare: Lab, scenario: Scenario) -> None:
    converge(bare)
    before = entries(bare)
    chosen = first(scenario, Node(bare.member("k01-worker"), bare.overlay))
    chosen.commit()
    seen = differences(before, entries(bare))
    said = {(broken.kind, broken.name, LOOKS_LIKE.get(broken.verb, broken.verb)) for broken in chosen.broken}
    assert said <= seen
    if not scenario.cascade:
        assert said == seen


LOOKS_LIKE = {"replace": "update", "adopt": "create"}
"""A device made again looks changed; an entry that somebody took over is not among ours any more."""


@pytest.fixture(scope="module")
def pooled(bare: Lab) -> Iterator[Lab]:
    """The bare lab with the seed's pool."""
    apply = "cat > /tmp/pool.yaml; kubectl create -f /tmp/pool.yaml"
    command("exec", "--name", bare.name, "k01-control-plane", "--", "sh", "-c", apply, given=POOL)
    yield bare
    shown(bare, "k01-control-plane", "kubectl", "delete", "ippools", "--all")


@pytest.mark.lab
@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("pool-vxlan-mode", "vxlanMode", "Always"),
        ("pool-nat-outgoing", "natOutgoing", False),
        ("pool-export", "disableBGPExport", False),
    ],
)
def test_a_broken_pool_differs_in_one_field(pooled: Lab, name: str, field: str, value: object) -> None:
    cluster = Cluster(pooled.member("k01-control-plane"))
    before = dict(cluster.pools[0]["spec"])
    chosen = first(breaks.BREAKS[name], cluster)
    chosen.commit()
    after = dict(Cluster(pooled.member("k01-control-plane")).pools[0]["spec"])
    assert after == {**before, field: value} or (
        value is False and after == {k: v for k, v in before.items() if k != field}
    )
    assert [(b.kind, b.name, b.verb) for b in chosen.broken] == [("ippool", "default-ipv4-ippool", "update")]


@pytest.mark.lab
@pytest.mark.parametrize("scenario", scenarios("switch"), ids=lambda scenario: scenario.name)
def test_a_broken_switch_differs_in_one_section(configured: Lab, scenario: Scenario) -> None:
    before = sections(configured)
    chosen = first(scenario, Switch(configured, configured.member("ceos01")))
    chosen.commit()
    after = sections(configured)
    restore(configured, before)
    changed = {header for header in before.keys() | after.keys() if before.get(header) != after.get(header)}
    (broken,) = chosen.broken
    if broken.kind == "routing":
        assert changed == {"ip routing", "no ip routing"}
        return
    (header,) = changed
    assert (header in before, header in after) == PRESENCE[broken.verb]
    assert broken.name in header or (broken.kind, header) == ("static_route", "ip route 203.0.113.0/24 10.10.10.99")


def sections(lab: Lab) -> dict[str, tuple[str, ...]]:
    return {stanza.header: stanza.lines for stanza in Switch(lab, lab.member("ceos01")).stanzas}


def restore(lab: Lab, before: dict[str, tuple[str, ...]]) -> None:
    """Make the switch what it was, through a configuration session that starts from nothing."""
    ours = {header: lines for header, lines in before.items() if header.startswith(OURS)}
    lines = [line for header, body in ours.items() for line in (header, *body)]
    shown(lab, "ceos01", "\n".join(["configure session restore", "rollback clean-config", *lines, "commit"]))
    assert sections(lab) == before


OURS = ("hostname ", "username ", "vlan ", "interface ", "ip routing", "logging ")
PRESENCE = {"create": (True, False), "delete": (False, True), "update": (True, True)}


@pytest.mark.lab
def test_random_breaks_are_the_same_for_the_same_seed_and_do_not_collide(configured: Lab) -> None:
    converge(configured)
    once, again = (breaks.at_random(configured, 12, seed=5) for _ in range(2))
    assert [chosen.broken for chosen in once] == [chosen.broken for chosen in again]
    assert [chosen.broken for chosen in once] != [chosen.broken for chosen in breaks.at_random(configured, 12, seed=6)]
    assert len({chosen.scenario.name for chosen in once}) == 12
    assert not any(chosen.scenario.cascade for chosen in once)
    assert any(chosen.scenario.cascade for chosen in breaks.at_random(configured, 20, seed=5, cascade=True))
    assert not any(one.collides(other) for one in once for other in once if one is not other)


def test_a_running_configuration_is_cut_into_sections() -> None:
    lines = ["! Command: show", "!", "vlan 10", "   name A", "!", "interface Vlan10", "   ip address 10.0.0.1/24", "!"]
    found = {stanza.header: stanza for stanza in stanzas("\n".join([*lines, "ip routing"]))}
    assert found["vlan 10"].lines == ("name A",)
    assert found["interface Vlan10"].value("ip address") == "10.0.0.1/24"
    assert found["interface Vlan10"].subject == "Vlan10"
    assert found["ip routing"].lines == ()


@pytest.mark.lab
def test_the_list_of_breaks() -> None:
    rows = json.loads(command("break", "--list", "-o", "json").stdout)
    assert {row["name"] for row in rows} == set(breaks.BREAKS)
