"""Tunnel ends of a cluster's nodes: in a pool, in a block of the node's own, and given to each node that needs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network

from reconciler.desired.check.blocks import node_addresses, standing
from reconciler.desired.check.finding import Finding, Spot, World
from reconciler.desired.check.pools import OFF, networks
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, FelixConfiguration, IPPool, Node
from reconciler.desired.prefixes import Networks
from reconciler.desired.repository import Document
from reconciler.desired.selector import Selector, Unreadable, selector
from reconciler.linux.claim import is_cni_device

CALICO_VXLAN = (4096, 4789)
"""VNI and UDP port that Felix takes unless told otherwise (felix/config/config_params.go)."""
OF_CALICO = ("vxlan", "vxlan6", "ipip", "wireguard")


def places(world: World) -> Iterator[Finding]:
    """A tunnel address is one of the node's own block of a pool (calico 6244, 3589, 5595, 6160)."""
    ranges = Networks((network, pool) for pool, network in networks(world))
    blocks, used = Networks(dict(standing(world)).items()), _used(world)
    for node in members(world, "calico"):
        for spot, text in _ends(node):
            if spot.path[2] not in used:
                continue
            address = ip_address(text)
            if ranges.has(address.version) and not ranges.contain(address):
                what = f"tunnel address {text} is in no IPPool"
                yield spot.warning(Code.TUNNEL_ADDRESS_OUTSIDE_POOLS, what, "use an address of a pool, or leave it out")
            for block in blocks.around(address):
                if block.spec.node != node.name:
                    what = f"tunnel address {text} is in {block.spec.cidr}, a block of {block.spec.node}"
                    right = f"use an address of a block of {node.name}"
                    yield spot.warning(Code.TUNNEL_ADDRESS_IN_FOREIGN_BLOCK, what, right)


def versions(world: World) -> Iterator[Finding]:
    """``vxlan``, ``ipip`` and ``address`` are of IPv4, ``vxlan6`` and ``address6`` of IPv6; Felix's sources alike."""
    ends = [(spot, text, "6" in f"{spot.path[2:]}") for node in world.of(Node) for spot, text in _ends(node)]
    for felix in world.of(FelixConfiguration):
        four, six = felix.spec.device_route_source_address, felix.spec.device_route_source_address_ipv6
        ends += [(Spot(felix, ("spec", "deviceRouteSourceAddress")), four, False)] if four else []
        ends += [(Spot(felix, ("spec", "deviceRouteSourceAddressIPv6")), six, True)] if six else []
    for spot, text, of_six in ends:
        if (":" in text) != of_six:
            right = f"use an IPv{6 if of_six else 4} address, or the field of the other version"
            yield spot.error(Code.MIXED_IP_VERSIONS, f"{text} is of the other IP version", right)


def _used(world: World) -> set[str]:
    """The tunnels that pools and clusters ask for; what stands in a document of others is of no consequence."""
    pools = [pool.spec for pool in world.of(IPPool)]
    used = {kind for pool in pools if pool.vxlan_mode not in OFF for kind in ("vxlan", "vxlan6")}
    used |= {"ipip" for pool in pools if pool.ipip_mode not in OFF}
    return used | {"wireguard" for cluster in world.of(Cluster) if cluster.spec.calico.wireguard}


def members(world: World, cni: str) -> Iterator[Document[Node]]:
    """The nodes of all clusters with that CNI."""
    named = {name for cluster in world.of(Cluster) if cluster.spec.cni == cni for name in cluster.spec.nodes}
    return (node for node in world.of(Node) if node.name in named)


def _ends(node: Document[Node]) -> Iterator[tuple[Spot, str]]:
    for name in OF_CALICO:
        end = getattr(node.spec.tunnel, name)
        for field in ("address", "address6"):
            if text := getattr(end, field, None):
                yield Spot(node, ("spec", "tunnel", name, field)), text


def readable(world: World) -> Iterator[Finding]:
    """Calico refuses a pool whose selector it cannot read."""
    for pool in world.of(IPPool):
        for field, text in (
            ("nodeSelector", pool.spec.node_selector),
            ("namespaceSelector", pool.spec.namespace_selector),
        ):
            try:
                selector(text)
            except Unreadable as error:
                what = f"{field} cannot be read: {error}"
                yield Spot(pool, ("spec", field)).error(Code.BAD_SELECTOR, what, "expected one such as rack == 'a'")


def selected(world: World) -> Iterator[Finding]:
    """Felix takes its tunnel address from a pool that selects the node; without one nothing is tunnelled (calico 8181).

    Only where the documents tell the labels that the selectors ask for.
    """
    selectors = {version: list(_tunnel_pools(world, version)) for version in (4, 6)}
    nodes = list(members(world, "calico"))
    told = {key for node in nodes for key in node.labels}
    for version, found in selectors.items():
        keys = frozenset[str]().union(*(one.keys for one in found))
        for node in nodes if found and keys & told else ():
            given = any(ip_address(text).version == version for _, text in _ends(node))
            if not given and not any(one.matches(_labels(node)) for one in found):
                what = f"no pool gives {node.name} an IPv{version} tunnel address: no nodeSelector selects it"
                right = "give it the labels that they ask for, or a pool of its own"
                yield Spot(node, ("metadata", "name")).warning(Code.NO_TUNNEL_POOL, what, right)


def _tunnel_pools(world: World, version: int) -> Iterator[Selector]:
    for pool in world.of(IPPool):
        spec = pool.spec
        tunnels = spec.vxlan_mode not in OFF or spec.ipip_mode not in OFF
        if tunnels and "Tunnel" in spec.allowed_uses and not spec.disabled and ip_network(spec.cidr).version == version:
            try:
                yield selector(spec.node_selector)
            except Unreadable:
                return


def _labels(node: Document[Node]) -> Mapping[str, str]:
    """With those that every kubelet gives its node."""
    return {"kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux"} | node.labels


def vnis(world: World) -> Iterator[Finding]:
    """The kernel has one VXLAN device for a VNI and a port: where ours is, the CNI's cannot be (cilium 2925, 8990)."""
    for cluster in world.of(Cluster):
        taken, named = _device_of(world, cluster), frozenset(cluster.spec.nodes)
        for node in world.of(Node) if taken else ():
            for name, interface in node.spec.interfaces.items() if node.name in named else ():
                if interface.vxlan is not None and (interface.vxlan.id, interface.vxlan.port) == taken:
                    spot = Spot(node, ("spec", "interfaces", name, "vxlan", "id"))
                    what = f"VNI {taken[0]} on port {taken[1]} is that of {cluster.spec.cni} in {cluster.name}"
                    yield spot.error(Code.CNI_VNI_TAKEN, what, "use another VNI")


def _device_of(world: World, cluster: Document[Cluster]) -> tuple[int, int] | None:
    """VNI and port of the cluster's VXLAN device, if it has one."""
    flannel = cluster.spec.flannel.backend
    if cluster.spec.cni == "flannel":
        return (flannel.vni, flannel.port) if flannel.type == "vxlan" else None
    if cluster.spec.cni != "calico" or all(pool.spec.vxlan_mode in OFF for pool in world.of(IPPool)):
        return None
    said = next((felix.spec for felix in world.of(FelixConfiguration) if felix.name == "default"), None)
    given = cluster.spec.calico.vxlan
    vni, port = (said.vxlan_vni, said.vxlan_port) if said else (None, None)
    return given.vni or vni or CALICO_VXLAN[0], given.port or port or CALICO_VXLAN[1]


def forwarding(world: World) -> Iterator[Finding]:
    """An entry that leads to no node is what is left of one (calico 7281); learning overwrites what is written."""
    known = {interface.ip for _, interface in node_addresses(world)}
    for node in world.of(Node):
        by_hand = {row.dev for row in node.spec.fdb}
        for index, row in enumerate(node.spec.fdb):
            spot = Spot(node, ("spec", "fdb", index, "dst"))
            if known and world.whole and is_cni_device(row.dev) and ip_address(row.dst) not in known:
                yield spot.warning(Code.FDB_TO_NOBODY, f"no node has the address {row.dst}", "use a node's address")
        for name, interface in node.spec.interfaces.items():
            if interface.vxlan is not None and interface.vxlan.learning and name in by_hand:
                spot = Spot(node, ("spec", "interfaces", name, "vxlan", "learning"))
                what = f"{name} learns, and has entries by hand, which what it learns overwrites"
                yield spot.warning(Code.FDB_WITH_LEARNING, what, "set learning: false, or remove the entries")
