"""`reconcile compile`: what is wanted of each device, in the words that the device itself would use, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from reconciler.cli import as_eos, as_iproute
from reconciler.cluster.ippool import IPPool
from reconciler.core.codec import as_json
from reconciler.core.resource import Resource, ordered
from reconciler.intent.wish import Intent, Wish

STATE_SCHEMA = "reconciler/state/v1"
SWITCH_KINDS = frozenset({"vlan", "interface", "svi", "routing", "static_route"})


def text(intent: Intent) -> str:
    """All devices, each under ``== name ==``."""
    return "\n".join(line for device in sorted(intent.devices) for line in _titled(intent.devices[device]))


def _titled(wish: Wish) -> Iterator[str]:
    yield f"== {wish.device} =="
    yield from lines(wish)
    yield ""


def lines(wish: Wish) -> Iterator[str]:
    """What `ip address`, `ip route`, `ip neighbour`, `bridge fdb` or the running configuration would print of it."""
    resources = list(wish.desired.values())
    yield from as_eos.lines(resources)
    yield from as_iproute.lines(r for r in resources if r.kind not in SWITCH_KINDS)
    yield from _pools(resources)
    yield from (f"# unknown: {row.kind} {row.name}: {row.missing}" for row in wish.unknown)


def _pools(resources: Iterable[Resource]) -> Iterator[str]:
    pools = [pool for pool in ordered(resources) if isinstance(pool, IPPool)]
    if pools:
        yield "# kubectl get ippools"
    for pool in pools:
        yield pool.name
        yield from (f"    {name}: {_plainly(value)}" for name, value in sorted(pool.spec.items()))


def _plainly(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def document(devices: Mapping[str, Wish]) -> dict[str, object]:
    """``state/v1`` of what is wanted: rows sorted, absent values left out (contract, section 5)."""
    return {"schema": STATE_SCHEMA, "devices": {name: _device(devices[name]) for name in sorted(devices)}}


def _device(wish: Wish) -> dict[str, object]:
    rows: dict[str, object] = {"status": "ok", "resources": [as_json(row) for row in ordered(wish.desired.values())]}
    if wish.unknown:
        rows["unknown"] = [row._asdict() for row in sorted(wish.unknown)]
    return rows
