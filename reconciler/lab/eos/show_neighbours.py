"""What the switch knows of others: LLDP, MAC addresses, ARP. The nodes of a lab speak no LLDP; nothing else is learned.

The kernel's bridges learn, and nobody here asks them: the tables are well-formed and empty.
"""

from __future__ import annotations

from typing import Any

from .shown import Shown, Shows, View

LLDP = """\
Last table change time   : never
Number of table inserts  : 0
Number of table deletes  : 0
Number of table drops    : 0
Number of table age-outs : 0

Port          Neighbor Device ID       Neighbor Port ID    TTL
---------- ------------------------ ---------------------- ---
"""
MAC_TABLE = """\
          Mac Address Table
------------------------------------------------------------------

Vlan    Mac Address       Type        Ports      Moves   Last Move
----    -----------       ----        -----      -----   ---------
Total Mac Addresses for this criterion: 0

          Multicast Mac Address Table
------------------------------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       ----        -----
Total Mac Addresses for this criterion: 0
"""
ARP = "Address         Age (sec)  Hardware Addr   Interface\n"


def lldp(_view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    counters = ("tablesInserts", "tablesDeletes", "tablesDrops", "tablesAgeOuts")
    return Shown(lambda: LLDP, lambda: {"tablesLastChangeTime": 0.0, **dict.fromkeys(counters, 0), "lldpNeighbors": []})


def mac_table(_view: View) -> Shown:
    return Shown(
        lambda: MAC_TABLE, lambda: {"unicastTable": {"tableEntries": []}, "multicastTable": {"tableEntries": []}}
    )


def arp(view: View) -> Shown:
    return Shown(lambda: ARP, lambda: _arp(view, ["default"]))


def arp_of_all(view: View) -> Shown:
    vrfs = ["default", *sorted(view.switch.running.vrfs)]
    return Shown(lambda: "".join(f"VRF: {vrf}\n{ARP}\n" for vrf in vrfs), lambda: _arp(view, vrfs))


def _arp(_view: View, vrfs: list[str]) -> dict[str, Any]:
    counters = ("dynamicEntries", "staticEntries", "notLearnedEntries", "totalEntries")
    return {"vrfs": {vrf: {**dict.fromkeys(counters, 0), "ipV4Neighbors": []} for vrf in vrfs}}


COMMANDS: Shows = {
    "show lldp neighbors [INTERFACES]": lldp,
    "show mac address-table": mac_table,
    "show arp": arp,
    "show arp vrf all": arp_of_all,
    "show ip arp": arp,
    "show ip arp vrf all": arp_of_all,
}
