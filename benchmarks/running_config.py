"""`make bench`: how fast a running configuration of 10,000 lines is read, cold, again, and unchanged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from reconciler.core.driver import Answer
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.configuration import read

PORTS, VLANS, SVIS, RULES, ROUTES = 1500, 300, 100, 190, 60
AIM = 500_000
"""Lines a second."""


def configuration() -> str:
    """A large leaf: most ports alike but for their description and VLAN, a few long access lists."""
    head = ["! Command: show running-config", "! device: leaf (cEOSLab, EOS-4.34.0F)", "!", "hostname leaf", "!"]
    routes = [f"ip route 10.200.{number}.0/24 10.2.0.{number + 2}" for number in range(ROUTES)]
    return "\n".join([*head, *_stanzas(), "ip routing", "!", *routes, "!", "end"]) + "\n"


def _stanzas() -> Iterator[str]:
    for vlan in range(2, VLANS + 2):
        yield f"vlan {vlan}\n   name net-{vlan}\n!"
    for port in range(PORTS):
        yield f"interface Ethernet{port // 48 + 1}/{port % 48 + 1}\n   description server {port} in rack {port // 40}"
        yield f"   switchport access vlan {2 + port % VLANS}\n   spanning-tree portfast\n!"
    for vlan in range(2, SVIS + 2):
        yield f"interface Vlan{vlan}\n   description net {vlan}\n   mtu 9000\n   ip address 10.{vlan}.0.1/24\n!"
    for number in range(4):
        rules = [f"   {10 * rule} permit tcp 10.0.{rule}.0/24 any eq {rule}" for rule in range(RULES)]
        yield "\n".join([f"ip access-list acl{number}", *rules, "!"])


def main() -> None:
    text = configuration()
    driver, answers = EosDriver("10.2.0.1"), [Answer(text)]
    count = text.count("\n")
    print(f"Reading a running configuration of {count} lines (aim: {AIM} lines/s)")
    _say("cold", count, lambda: read(text))
    _say("again, after a change elsewhere", count, lambda: read(text))
    _say("with what carries our session", count, lambda: driver.read(answers))
    _say("unchanged: one hash", count, lambda: driver.read(answers))


def _say(what: str, count: int, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    print(f"  {what:<34} {took * 1000:7.1f} ms   {count / took:12,.0f} lines/s")


if __name__ == "__main__":
    main()
