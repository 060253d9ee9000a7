"""`reconcile compile`: what is wanted of each device, in the words that the device itself would use, or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from reconciler.cli import as_eos, as_iproute
from reconciler.cluster.ippool import IPPool
from reconciler.core.codec import as_json
from reconciler.core.resource import Resource, ordered
from reconciler.intent.wish import Wish

STATE_SCHEMA = "reconciler/state/v1"
SWITCH_KINDS = frozenset({"vlan", "interface", "svi", "routing", "static_route"})


def text_chunks(wishes: Iterable[Wish]) -> Iterator[str]:
    """Device by device, each under ``== name ==``: all of them together may not fit into memory."""
    for wish in wishes:
        yield "\n".join((f"== {wish.device} ==", *lines(wish), "", ""))


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


def json_chunks(wishes: Iterable[Wish]) -> Iterator[str]:
    """``state/v1`` of what is wanted, device by device: rows sorted, absent values left out (contract, section 5)."""
    spelled: dict[int, tuple[Resource, str]] = {}
    yield f'{{\n  "schema": "{STATE_SCHEMA}",\n  "devices": {{'
    comma = ""
    for wish in wishes:
        yield f"{comma}\n    {json.dumps(wish.device)}: {_device(wish, spelled)}"
        comma = ","
    yield "\n  }\n}\n"


def _device(wish: Wish, spelled: dict[int, tuple[Resource, str]]) -> str:
    """One device; ``spelled`` keeps each row's text, since a thousand nodes share most of their rows."""
    rows = ordered(wish.desired.values())
    for row in rows:
        if id(row) not in spelled:
            spelled[id(row)] = row, _indented(as_json(row), 8)
    texts = ",\n".join(spelled[id(row)][1] for row in rows)
    unknown = [row._asdict() for row in sorted(wish.unknown)]
    more = f',\n      "unknown": {_indented(unknown, 6).lstrip()}' if unknown else ""
    return f'{{\n      "status": "ok",\n      "resources": [\n{texts}\n      ]{more}\n    }}'


def _indented(value: object, columns: int) -> str:
    return textwrap.indent(json.dumps(value, indent=2), " " * columns)
