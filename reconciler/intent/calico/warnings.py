"""What is legal and suspect about a Calico cluster's documents, each with the line that says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.desired.codes import Code
from reconciler.desired.documents import IPPool, Node
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document
from reconciler.intent.calico.release import NEWEST, OLDEST, is_newer, is_older
from reconciler.intent.calico.settings import Settings
from reconciler.intent.calico.sources import Sources, pool_kind
from reconciler.intent.calico.tables import Tables
from reconciler.intent.mtu import OVERHEAD, Encapsulation, pod_mtu
from reconciler.intent.network import Family
from reconciler.intent.wish import problem

MODES = {"ipip": "IPIP", "none": "no encapsulation"}


def of(sources: Sources, tables: Sequence[Tables]) -> Iterator[Problem]:
    if sources.poolless:
        what = "there is no IPPool document, so nothing of this cluster's tables is planned or pruned"
        right = "add its pools as `kubectl get ippools -o yaml` prints them"
        yield problem(sources.cluster, Code.NO_POOLS, what, right, severity="warning")
    for document in sources.repository.of(IPPool):
        yield from _unserved(document, sources.settings)
    yield from _version(sources)
    for one in tables:
        yield from _mtus(sources, one)
        yield from _shared_keys(sources, one)
    yield from _unequal_pods(sources, tables)


def _unserved(pool: Document[IPPool], settings: Settings) -> Iterator[Problem]:
    """Pools whose routes nobody programs, or two programs at once, or that BIRD tells nobody of."""
    kind = pool_kind(pool.spec)
    if kind in ("vxlan", "loadbalancer"):
        return
    felix, bird, mode = kind in settings.felix, kind in settings.bird, MODES[kind]
    right = f"clusterRoutes: {{{kind}: felix}} or {{{kind}: bird}} in the Cluster's calico section"
    if felix and bird:
        what = f"Felix and BIRD both program pools with {mode} and overwrite each other; Felix's routes are wanted"
        yield problem(pool, Code.TWO_PROGRAMMERS, what, right, severity="warning")
    elif not felix and not bird:
        yield problem(
            pool, Code.NO_PROGRAMMER, f"nobody programs the routes of pools with {mode}", right, severity="warning"
        )
    elif bird and pool.spec.disable_bgp_export:
        what = "disableBGPExport keeps BIRD from telling the other nodes too: no pod of this pool reaches another node"
        yield problem(
            pool, Code.BGP_EXPORT_DISABLED, what, "disableBGPExport: false", "disableBGPExport", severity="warning"
        )


UNASKED = ", or apiNode to read it from the cluster"
ASKED = "; apiNode is asked for it when devices are read"


def _version(sources: Sources) -> Iterator[Problem]:
    version, rows = sources.version, sources.settings.profile.version
    if version is None:
        what = f"the Calico version is not known, rows are those of {rows} and are not written"
        right = 'set version: "3.30"' + (ASKED if sources.cluster.spec.api_node else UNASKED)
    elif is_newer(version):
        what = f"Calico {version} is not known, its rows are taken from {rows} and are not written"
        right = f'set version: "{rows}" to have them written as they are'
    elif is_older(version):
        what = f"Calico {version} is not known, its rows are taken from {rows}"
        right = f"check the plan; known are {OLDEST.version} to {NEWEST.version}"
    else:
        return
    yield problem(sources.cluster, Code.CALICO_VERSION, what, right, "calico", "version", severity="warning")


def _mtus(sources: Sources, tables: Tables) -> Iterator[Problem]:
    """A device whose MTU the underlay cannot carry: the kernel refuses it for VXLAN, and large packets are lost."""
    nodes = {document.name: document for document in sources.repository.of(Node)}
    for name, peer in tables.peers.items():
        document, settings = nodes.get(name), sources.settings_of(name)
        lower = None if document is None or peer.dev is None else document.spec.interfaces.get(peer.dev)
        if document is None or lower is None or lower.mtu is None:
            continue
        for encapsulation in _encapsulations(tables, settings):
            wanted = settings.device_mtu(encapsulation, tables.family, peer.host_mtu)
            room = lower.mtu - OVERHEAD[encapsulation, tables.family.version]
            if wanted > room:
                what = f"{encapsulation} on {name} wants MTU {wanted}, {peer.dev} ({lower.mtu}) carries at most {room}"
                right = f"an MTU of {room}, or {wanted + lower.mtu - room} on {peer.dev}"
                yield problem(
                    document, Code.MTU_TOO_LARGE, what, right, "interfaces", str(peer.dev), "mtu", severity="warning"
                )


def _shared_keys(sources: Sources, tables: Tables) -> Iterator[Problem]:
    """Felix treats nodes that share a key as having none: what goes to them is not encrypted."""
    if not sources.settings.wireguard_of(tables.family).enabled:
        return
    holders: dict[str, list[str]] = {}
    for name, peer in tables.peers.items():
        if peer.key is not None:
            holders.setdefault(peer.key, []).append(name)
    for names in holders.values():
        if len(names) > 1:
            what = f"{', '.join(names)} have one WireGuard key: nothing between them and others is encrypted"
            yield problem(
                sources.cluster,
                Code.SHARED_WIREGUARD_KEY,
                what,
                "a publicKey for each node",
                "nodes",
                severity="warning",
            )


def _unequal_pods(sources: Sources, tables: Sequence[Tables]) -> Iterator[Problem]:
    """Pods that send more than the far node's tunnel takes: small packets pass, large ones are lost."""
    found: dict[int, str] = {}
    for name in sources.cluster.spec.nodes if tables else ():
        settings, host = sources.settings_of(name), tables[0].peers[name].host_mtu
        wanted = [mtu for one in tables for mtu in _device_mtus(one, settings, host)]
        found.setdefault(pod_mtu(host, wanted), name)
    if len(found) > 1:
        shown = ", ".join(f"{mtu} on {name}" for mtu, name in sorted(found.items()))
        what = f"pods get different MTUs, and large packets to the smaller ones are lost: {shown}"
        yield problem(
            sources.cluster,
            Code.UNEQUAL_POD_MTUS,
            what,
            "the same mtu on every node's interfaces",
            "nodes",
            severity="warning",
        )


def _device_mtus(tables: Tables, settings: Settings, host: int) -> Iterator[int]:
    return (settings.device_mtu(kind, tables.family, host) for kind in _encapsulations(tables, settings))


def _encapsulations(tables: Tables, settings: Settings) -> Iterator[Encapsulation]:
    family: Family = tables.family
    if tables.uses_vxlan(settings):
        yield "vxlan"
    if tables.uses_ipip(settings):
        yield "ipip"
    if settings.wireguard_of(family).enabled:
        yield "wireguard"
