"""A running configuration for tests, and unified diffs as EOS makes them from two of them."""

from __future__ import annotations

import difflib

from reconciler.core.driver import Answer
from reconciler.switch.eos import EosDriver, EosReading

RUNNING = """! Command: show running-config
! device: ceos01 (cEOSLab, EOS-4.34.0F-41641815.4340F (engineering build))
!
hostname ceos01
!
vlan 10
   name core
   trunk group A
!
vlan 20,30
!
interface Ethernet1
   description first
   switchport access vlan 10
   spanning-tree portfast edge
   storm-control broadcast level 1
!
interface Ethernet2
!
interface Management0
   ip address 172.20.20.2/24
!
interface Vlan10
   ip address 10.0.10.1/24
   ip virtual-router address 10.0.10.254
!
ip routing
!
ip route 0.0.0.0/0 172.20.20.1
!
banner motd
welcome to ceos01#

vlan 10
EOF
!
end
"""


def reading(text: str = RUNNING, host: str = "172.20.20.2", client: str = "") -> EosReading:
    return EosDriver(host, client).read([Answer(text)])


def session_diff(old: str, new: str, name: str = "rec-1") -> str:
    """Without the first line, which the answer to `show running-config` has and the file has not (eos.md 6.1)."""
    lines = difflib.unified_diff(
        old.splitlines()[1:],
        new.splitlines()[1:],
        "system:/running-config",
        f"session:/{name}-session-config",
        lineterm="",
    )
    return "\n".join(lines) + "\n"
