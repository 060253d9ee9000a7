"""Calico's IPPools through kubectl on a node, and what else the cluster knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from shlex import quote
from typing import ClassVar

from reconciler.cluster import facts
from reconciler.cluster.ippool import IPPool
from reconciler.cluster.kubectl import CRD, V3, Document, documents, get_calico, items
from reconciler.cluster.rumour import AFFINITIES, POOLS, ClusterRumours, program
from reconciler.core.change import Change
from reconciler.core.driver import Answer, Line, Reading, Script, Unreadable
from reconciler.core.resource import Key, Resource, state_of
from reconciler.core.watching import Program, watching


class ClusterDriver:
    """The part of a node on which kubectl answers; its shell has to start with `kubectl.PROLOGUE`.

    Where asked, its readings carry ``facts["cluster"]``, a `ClusterFacts`: an empty one if the cluster does not tell.
    """

    kinds: ClassVar[Sequence[type[Resource]]] = (IPPool,)

    def __init__(self, *, ask_facts: bool = True) -> None:
        """Facts cost six requests: whoever has all of them in documents does not ask."""
        self.questions: Sequence[str] = (get_calico(POOLS), *([facts.QUESTION] if ask_facts else []))
        self.programs: Sequence[Program] = tuple(map(program, (POOLS, AFFINITIES) if ask_facts else (POOLS,)))

    @property
    def watch(self) -> str:
        """One `kubectl` a kind: a watch has no other way."""
        return watching(self.programs)

    def rumours(self) -> ClusterRumours:
        return ClusterRumours()

    def read(self, answers: Sequence[Answer]) -> Reading:
        """The pools' specs. Raises: Unreadable."""
        pools, *cluster = answers
        (document,) = documents(POOLS, pools, 1)
        found = state_of(_pool(item) for item in items(POOLS, document))
        served = CRD if document.get("apiVersion") == CRD else V3
        told = {"cluster": facts.read(cluster[0])} if cluster else {}
        return Reading(found, dialects={IPPool.kind: served}, facts=told)

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        """Each change as one command; a pool whose range another one takes over goes before that is made.

        Raises: ValueError for another ``cidr`` or ``blockSize``: Calico refuses that, as it does pools that overlap.
        """
        api = reading.dialects.get(IPPool.kind, V3)
        lines = [Line(*words, change) for change in changes for words in _words(change, api)]
        first = _in_the_way(changes)
        away = [line for line in lines if line.change.key in first]
        makes = [line for line in lines if line.change.after is not None]
        gone = [line for line in lines if line.change.after is None and line not in away]
        return Script((*away, *makes), tuple(gone))


def _in_the_way(changes: Sequence[Change]) -> frozenset[Key]:
    """Pools that go, and share addresses with one that is made (Calico libcalico-go/lib/clientv3/ippool.go)."""
    made = [network for change in changes if change.before is None for network in _network(change.after)]
    leaving = [
        (change.key, network) for change in changes if change.after is None for network in _network(change.before)
    ]
    return frozenset(key for key, old in leaving if any(old.overlaps(new) for new in made))


def _network(pool: Resource | None) -> Iterator[IPv4Network | IPv6Network]:
    """The pool's range; a live one that cannot be read overlaps with nothing."""
    try:
        if pool is not None:
            yield ip_network(str(pool.values.get("cidr")), strict=False)
    except ValueError:
        return


def _pool(item: Document) -> IPPool:
    """What people write of a pool; ``metadata`` and ``status`` are the server's."""
    try:
        return IPPool(pool=item["metadata"]["name"], spec=dict(item["spec"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"kubectl get {POOLS}: an object without name or spec ({error})") from error


def _words(change: Change, api: str) -> Iterator[tuple[str, str]]:
    """Program and words; a pool is named with its API, since two may serve it."""
    pool = change.subject
    assert isinstance(pool, IPPool), "this part knows no other kind"
    group, _, version = api.partition("/")
    resource = f"{POOLS}.{version}.{group} {quote(pool.pool)}"
    if change.recreates:
        raise ValueError(f"{pool.name}: cidr and blockSize of an IPPool cannot be changed")
    if change.before is None:
        manifest = {"apiVersion": api, "kind": "IPPool", "metadata": {"name": pool.pool}, "spec": dict(pool.spec)}
        yield "printf", f"%s {quote(json.dumps(manifest))} | kubectl create -f -"
    elif change.after is None:
        yield "kubectl", f"delete {resource}"
    else:
        patch = {"spec": {field: new for field, (_, new) in change.fields.items()}}
        yield "kubectl", f"patch {resource} --type merge -p {quote(json.dumps(patch))}"
