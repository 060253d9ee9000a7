"""An Installation of Calico: the pools that its operator makes of it, and what is told of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopt.containerlab.calico import Autodetection, Installed, installed
from reconciler.adopt.containerlab.manifests import Manifest
from reconciler.desired.compose import compose


def read(network: str) -> tuple[Installed, list[str]]:
    """The flow mapping ``network`` stands on line 2."""
    ((tree,), faults) = compose(f"spec:\n  calicoNetwork: {network}\n")
    assert not faults
    made, remarks = installed(Manifest("c.yaml", tree, "operator.tigera.io/v1", "Installation", "default"))
    return made, [f"{one.file}:{one.line}: {one.what}: {one.why}" for one in remarks]


def pool(text: str, more: str = "") -> dict[str, Any]:
    made, remarks = read(f"{{ipPools: [{{{text}}}]{more}}}")
    assert remarks == []
    return made.pools[0].spec


@pytest.mark.parametrize(
    ("said", "more", "modes"),
    [
        ("cidr: 10.0.0.0/16", "", ("Always", "Never")),
        ("cidr: 10.0.0.0/16", ", bgp: Enabled", ("Always", "Never")),
        ("cidr: 10.0.0.0/16", ", bgp: Disabled", ("Never", "Always")),
        ("cidr: 'fd00::/48'", "", ("Never", "Never")),
        ("cidr: 'fd00::/48'", ", bgp: Disabled", ("Never", "Always")),
        ("cidr: 10.0.0.0/16, encapsulation: None", "", ("Never", "Never")),
        ("cidr: 10.0.0.0/16, encapsulation: IPIP", "", ("Always", "Never")),
        ("cidr: 10.0.0.0/16, encapsulation: IPIPCrossSubnet", "", ("CrossSubnet", "Never")),
        ("cidr: 10.0.0.0/16, encapsulation: VXLANCrossSubnet", "", ("Never", "CrossSubnet")),
    ],
)
def test_what_a_pool_is_carried_in(said: str, more: str, modes: tuple[str, str]) -> None:
    spec = pool(said, more)
    assert (spec["ipipMode"], spec["vxlanMode"]) == modes


def test_all_else_of_a_pool() -> None:
    assert pool("cidr: 10.0.0.0/16") == {
        "cidr": "10.0.0.0/16",
        "blockSize": 26,
        "ipipMode": "Always",
        "vxlanMode": "Never",
        "natOutgoing": True,
        "nodeSelector": "all()",
    }
    copied = {"nodeSelector": "x()", "allowedUses": ["Tunnel"], "assignmentMode": "Manual", "disableBGPExport": True}
    more = "nodeSelector: x(), allowedUses: [Tunnel], assignmentMode: Manual, disableBGPExport: true"
    spec = pool(f"cidr: 10.0.0.0/16, blockSize: 28, natOutgoing: Disabled, disableNewAllocations: true, {more}")
    assert spec.items() >= ({"blockSize": 28, "natOutgoing": False, "disabled": True} | copied).items()
    assert pool("cidr: 'fd00::/48'")["blockSize"] == 122


@pytest.mark.parametrize(
    ("network", "names", "told"),
    [
        ("{}", [], "an Installation without ipPools: its operator makes one"),
        ("{ipPools: none}", [], "an Installation without ipPools: its operator makes one"),
        ("{ipPools: [{cidr: 10.0.0.0/33}]}", [], "cidr '10.0.0.0/33': not a prefix"),
        ("{ipPools: [{encapsulation: IPIP}]}", [], "a pool without a cidr: left out"),
        (
            "{ipPools: [{cidr: 10.0.0.0/16, colour: red}]}",
            ["default-ipv4-ippool"],
            "colour of pool default-ipv4-ippool",
        ),
        ("{ipPools: [{name: a, cidr: 10.0.0.0/16}, {name: a, cidr: 10.1.0.0/16}]}", ["a"], "a second pool a: left out"),
        ("{linuxDataplane: BPF, ipPools: [{name: a, cidr: 10.0.0.0/16}]}", ["a"], "linuxDataplane BPF: its rows"),
    ],
)
def test_what_cannot_be_brought_over_is_told_at_its_place(network: str, names: list[str], told: str) -> None:
    made, remarks = read(network)
    assert [one.name for one in made.pools] == names
    assert [one.startswith(f"c.yaml:2: {told}") for one in remarks] == [True], remarks


def test_there_is_an_end_to_pools() -> None:
    pools = "".join(f"{{cidr: 10.{number}.0.0/16}}, " for number in range(33))
    made, remarks = read(f"{{ipPools: [{pools}]}}")
    assert [one.name for one in made.pools][:2] == ["default-ipv4-ippool", "10-1-0-0-16"]
    assert (len(made.pools), remarks) == (32, ["c.yaml:2: more pools: Calico takes 32; left out"])
    assert len(read(f"{{ipPools: [{pools[:-2].rpartition(', ')[0]}]}}")[1]) == 0


def test_a_name_that_the_operator_chose_is_to_be_checked() -> None:
    made, _ = read("{ipPools: [{cidr: 10.0.0.0/16}, {name: a, cidr: 10.1.0.0/16}]}")
    assert [list(one.notes) for one in made.pools] == [[()], []]


def test_how_addresses_are_found_and_the_mtu() -> None:
    made, _ = read(
        "{mtu: 1400, nodeAddressAutodetectionV4: {cidrs: [10.0.0.0/8, 10.9.0.0/16]},"
        " nodeAddressAutodetectionV6: {interface: eth.*}}"
    )
    assert made.mtu == 1400
    assert made.detect4 == Autodetection(("10.0.0.0/8", "10.9.0.0/16"))
    assert made.detect6 == Autodetection(interface="eth.*")
    plain, _ = read("{mtu: much, nodeAddressAutodetectionV4: {firstFound: true, cidrs: any}}")
    assert (plain.mtu, plain.detect4, plain.detect6) == (None, Autodetection(), Autodetection())
