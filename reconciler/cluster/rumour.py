"""What a cluster tells of its pools and blocks as they change, and whether the last reading already shows it. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from shlex import quote
from typing import Any

from reconciler.cluster.facts import ClusterFacts
from reconciler.cluster.ippool import IPPool
from reconciler.cluster.kubectl import CRD, V3, either
from reconciler.core.driver import Reading
from reconciler.core.resource import Resource, State
from reconciler.core.watching import AGAIN, ENDED, STDERR, Program

BLOCK = "BlockAffinity"
POOLS, AFFINITIES = "ippools", "blockaffinities"
OURS = ("{", STDERR, *(f"{word} {plural}" for word in (ENDED, AGAIN) for plural in (POOLS, AFFINITIES)))
MOST = 10_000
"""Objects that are kept in mind: a block of each node of a large cluster, which are all told when a watch begins."""
Object = tuple[str, ...]
"""Kind and name, or kind, node and prefix: facts have no names."""


def program(plural: str) -> Program:
    """`kubectl get --raw` streams one JSON document a line: first what there is, then each change.

    Which of Calico's two APIs serves the kind is tried first; where neither knows it, it is asked for again after ten
    minutes. The API server ends a watch after an hour at most.
    """
    served, stored = (f"{request} 2>&1 >/dev/null" for request in either(plural))
    text = f"""\
api={V3}
refusals=$({served}) || {{
  api={CRD}
  case $refusals$({stored}) in (*"(NotFound)"*"(NotFound)"*) exec sleep 600;; esac
}}
exec kubectl get --raw "/apis/$api/{plural}?watch=1\""""
    return Program(plural, f"sh -c {quote(text)}")


class ClusterRumours:
    """The last that was told of each object; a pool is known by its name, a block by what it says."""

    quick = False

    def __init__(self) -> None:
        self._told: dict[Object, Mapping[str, Any] | None] = {}
        self._gap = ""

    def takes(self, line: str) -> bool:
        """Whether a line of a node's watch speaks of the cluster, or may."""
        return line.startswith(OURS)

    def hear(self, line: str) -> None:
        try:
            event = json.loads(line)
            gone = {"ADDED": False, "MODIFIED": False, "DELETED": True}[event["type"]]
            what = event["object"]
            self._told[_identity(what)] = None if gone else dict(what["spec"])
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._gap = f"the watch says: {line[:200]}"
        if len(self._told) > MOST:
            self._told.clear()
            self._gap = f"more than {MOST} objects changed at once"

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        """Pools and blocks decide on the rows of every node, so that each change is news."""
        told, gap = self._told, self._gap
        self._told, self._gap = {}, ""
        return gap or next(_changed(told, reading), "")


def _changed(told: Mapping[Object, Mapping[str, Any] | None], reading: Reading) -> Iterator[str]:
    facts = reading.facts.get("cluster")
    blocks = facts.affinities if isinstance(facts, ClusterFacts) else None
    pools = (one for one in reading.found.values() if isinstance(one, IPPool))
    known: dict[Object, Mapping[str, Any]] = {(IPPool.__name__, pool.pool): pool.spec for pool in pools}
    known |= {_of_block(spec): spec for spec in blocks or ()}
    for what, spec in told.items():
        if spec != known.get(what):
            yield f"{' '.join(what)} {'was deleted' if spec is None else 'changed'}"


def _identity(what: Mapping[str, Any]) -> Object:
    """Raises: LookupError, TypeError for an object of another kind."""
    if what["kind"] == BLOCK:
        return _of_block(what["spec"])
    if what["kind"] == IPPool.__name__:
        return IPPool.__name__, str(what["metadata"]["name"])
    raise LookupError(what["kind"])


def _of_block(spec: Mapping[str, Any]) -> Object:
    return BLOCK, str(spec.get("node")), str(spec.get("cidr"))
