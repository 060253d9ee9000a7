"""Laws on the lab's switch, without a network: one plan leads from any switch to any other, others' lines stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer
from reconciler.core.resource import Live, Resource, state_of
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver, EosReading
from reconciler.switch.eos.interlock import objection
from reconciler.switch.kinds import Bgp, BgpListen, BgpNeighbor
from tests.lab_eos.conftest import Box
from tests.switch.running import session_diff
from tests.switch.strategies import switches

STARTUP = """hostname ceos01
!
vlan 900
   name theirs
!
interface Ethernet1
   spanning-tree portfast
   storm-control broadcast level 1
!
interface Ethernet4
   switchport access vlan 900
!
interface Vlan900
   ip address 10.90.0.1/24
!
ip route 172.31.0.0/16 172.20.20.1
!
banner motd
interface Ethernet1
   shutdown
EOF
!
"""
OWNED = frozenset(range(2, 900))


class Bench:
    """The lab's switch, read and typed at as an engine does it."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.driver = EosDriver("172.20.20.2", "172.20.20.1")

    def read(self) -> EosReading:
        return self.driver.read([Answer(self.box.ask("show running-config"))])

    def plan(self, wishes: Sequence[Resource]) -> list[Change]:
        reading, want = self.read(), state_of(wishes)
        claim = SwitchClaim(frozenset(want), OWNED, routes=True, vrfs=True, bgp=True, loopbacks=True)
        ours = {key: resource for key, resource in reading.found.items() if claim.owns(resource)}
        foreign = {key: resource for key, resource in reading.found.items() if key not in ours}
        return [change for change in diff(want, Live(ours, foreign)) if change.key not in reading.session]

    def converge(self, wishes: Sequence[Resource]) -> None:
        """Each line is taken, the interlock agrees, and the next plan is empty."""
        before, changes = self.read().configuration, self.plan(wishes)
        lines = [line.text for line in self.driver.write(changes, self.read()).lines]
        terminal = self.box.cli("configure")
        for line in lines:
            answer = terminal.execute(line).text
            assert not answer.startswith("%"), (line, answer, lines)
        after = self.read().configuration
        refused = objection(before, session_diff(before.text, after.text), changes)
        assert refused is None, "\n".join([refused, *lines])
        assert self.plan(wishes) == [], lines
        assert (after.foreign, after.frozen) == (before.foreign, before.frozen)


def _rest(reading: EosReading) -> list[str]:
    return [line for lines in reading.configuration.rest.values() for line in lines]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=switches(bgp=False), second=switches(bgp=False))
def test_one_plan_leads_from_any_switch_to_any_other(first: list[Resource], second: list[Resource]) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(Box(Path(folder) / "state", STARTUP))
        rest = _rest(bench.read())
        bench.converge(first)
        bench.converge(second)
        assert _rest(bench.read()) == rest


def test_nodes_get_their_router(tmp_path: Path) -> None:
    """As far as the lab takes back what stands in `router bgp`: lines are added, and a neighbour is un-shut."""
    bench = Bench(Box(tmp_path / "state", STARTUP))
    group = BgpNeighbor(neighbor="CALICO-K8S", remote_as=65010, description='"Calico nodes"')
    listen = BgpListen(prefix="10.10.10.0/24", peer_group="CALICO-K8S", remote_as=65010)
    peer = BgpNeighbor(neighbor="10.10.10.10", peer_group="CALICO-K8S", shutdown=True)
    bench.converge([Bgp(asn=65001, router_id="10.10.10.1", ecmp=4), group, peer, listen])
    bench.converge([Bgp(asn=65001), group, replace(peer, shutdown=False, description="k01-worker"), listen])
    assert bench.read().found[peer.key] == replace(peer, shutdown=None, description="k01-worker")
