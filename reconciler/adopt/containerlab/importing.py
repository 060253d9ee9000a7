"""`reconcile import containerlab`: everything that a topology and the files beside it say, as documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.adopt.adopted import Adopted, Made, NotRead, Refused, Remark, Sources, beside, readable, sorted_remarks
from reconciler.adopt.agreeing import agreeing
from reconciler.adopt.containerlab.calico import Installed, installed
from reconciler.adopt.containerlab.cluster import cluster_draft, object_drafts
from reconciler.adopt.containerlab.kind import KindCluster, KindNode, kind_cluster
from reconciler.adopt.containerlab.links import cables
from reconciler.adopt.containerlab.manifests import Manifests, manifests
from reconciler.adopt.containerlab.nodes import node_draft
from reconciler.adopt.containerlab.reach import Host, inventory_draft
from reconciler.adopt.containerlab.switches import STARTUP, switch_draft
from reconciler.adopt.containerlab.topology import CLUSTER, HOSTS, Lab, Member, lab
from reconciler.adopt.drafting import commented
from reconciler.desired.style import Draft

HARMLESS = ("bridge", "ovs-bridge", "host")
"""Kinds that are no devices of their own."""


def containerlab(sources: Sources, file: str, given: Mapping[str, str], host: Host) -> Adopted:
    """``given``: values of the topology's variables. Raises: Refused for what is no topology."""
    try:
        text = readable(sources, file)
    except NotRead as error:
        raise Refused(Remark(file, error.line, error.what, error.right)) from None
    topology, remarks = lab(text, file, given)
    return _Import(sources, topology, remarks).done(host)


class _Import:
    """One topology, while it is turned into documents."""

    def __init__(self, sources: Sources, topology: Lab, remarks: list[Remark]) -> None:
        self.sources = sources
        self.lab = topology
        self.remarks = remarks
        self.cables, found = cables(topology)
        self.remarks += found
        self.manifests: Manifests = manifests(sources, topology.file)
        self.remarks += self.manifests.remarks
        self.calico = self._calico()
        self.clusters = [self._cluster(one) for one in topology.members.values() if one.kind == CLUSTER]

    def done(self, host: Host) -> Adopted:
        """Remarks on a document stand above it, all others above the inventory."""
        made = agreeing(self._made(), self._at)
        inventory, more = inventory_draft(self.lab, dict(self._containers()), host)
        whole = [*self.remarks, *more, *(one for draft, found in made if draft is None for one in found)]
        remarks = sorted_remarks([*whole, *(one for _, found in made for one in found)])
        documents = tuple(draft for draft, _ in made if draft is not None)
        return Adopted(documents, (commented(inventory, whole),), remarks)

    def _at(self, name: str) -> tuple[str, int]:
        return self.lab.file, self.lab.members[name].line if name in self.lab.members else 1

    def _made(self) -> list[Made]:
        made: list[Made] = [self._member(member) for member in self.lab.members.values()]
        made += [self._unplugged(node) for node in self._members_of_clusters() if node.name not in self.lab.members]
        made += [cluster_draft(one, self.calico, bool(self.manifests.objects), self.lab.file) for one in self.clusters]
        return made + object_drafts(self.manifests.objects, self.calico)

    def _member(self, member: Member) -> Made:
        if member.is_switch:
            return switch_draft(self.lab, member, self.cables, self.sources)
        if member.kind in HOSTS:
            kind = next((node for node in self._members_of_clusters() if node.name == member.name), None)
            detect = {4: self.calico.detect4, 6: self.calico.detect6} if self.calico is not None else {}
            return node_draft(self.lab, member, kind, detect)
        if member.kind in (CLUSTER, *HARMLESS):
            return None, []
        why = "only Arista EOS, linux, ext-container and k8s-kind are brought over"
        return None, [Remark(self.lab.file, member.line, f"{member.name} is of kind {member.kind or 'unknown'!r}", why)]

    def _unplugged(self, node: KindNode) -> Made:
        """A node of the cluster without a cable: nothing of it is ours."""
        return Draft("Node", node.name, {}, f"{node.name}: a node of kind's, without a cable in {self.lab.file}."), []

    def _members_of_clusters(self) -> Iterator[KindNode]:
        return (node for cluster in self.clusters for node in cluster.nodes)

    def _containers(self) -> Iterator[tuple[str, str]]:
        yield from ((one.name, one.container) for one in self.lab.members.values() if one.kind in HOSTS)
        yield from ((node.name, node.name) for node in self._members_of_clusters() if node.name not in self.lab.members)

    def _cluster(self, member: Member) -> KindCluster:
        given = member.said.get(STARTUP)
        if given is None:
            return kind_cluster(member.name, None)
        name = beside(self.lab.file, given.text)
        manifest = self.manifests.clusters.get(name)
        if manifest is None:
            why = "no cluster file of kind's is there; one control plane is assumed"
            self.remarks.append(Remark(self.lab.file, given.line, f"{given.text!r}", why))
        return kind_cluster(member.name, None if manifest is None else manifest.tree)

    def _calico(self) -> Installed | None:
        """The first Installation counts: a cluster has one."""
        found = self.manifests.installations
        self.remarks += [Remark(one.file, one.line, "a second Installation", "left out") for one in found[1:]]
        if not found:
            return None
        calico, remarks = installed(found[0])
        self.remarks += remarks
        return calico
