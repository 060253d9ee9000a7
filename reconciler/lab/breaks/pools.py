"""Breaks of IPPools, with the real kubectl."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from .live import Cluster
from .scenario import Deed, Scenario


def _patched(field: str, first: object, second: object) -> Callable[[Cluster], Iterator[Deed]]:
    """``field`` of a pool's spec becomes ``first``, or ``second`` where it is that already."""

    def find(cluster: Cluster) -> Iterator[Deed]:
        for pool in cluster.pools:
            name, value = pool["metadata"]["name"], second if pool["spec"].get(field) == first else first
            patch = json.dumps({"spec": {field: value}}, separators=(",", ":"))
            command = f"patch ippools {name} --type merge --patch {patch}"
            yield Deed((command,), (("ippool", name, "update"),), tool="kubectl")

    return find


def _deleted(cluster: Cluster) -> Iterator[Deed]:
    for pool in cluster.pools:
        name = pool["metadata"]["name"]
        yield Deed((f"delete ippools {name}",), (("ippool", name, "create"),), tool="kubectl")


POOL_BREAKS = (
    Scenario("pool-vxlan-mode", "cluster", "the pool tunnels everywhere", _patched("vxlanMode", "Always", "Never")),
    Scenario("pool-nat-outgoing", "cluster", "the pool's NAT is off", _patched("natOutgoing", False, True)),
    Scenario("pool-export", "cluster", "the pool is exported by BGP", _patched("disableBGPExport", False, True)),
    Scenario("pool-deleted", "cluster", "the pool is gone", _deleted),
)
