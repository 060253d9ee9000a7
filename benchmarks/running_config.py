"""`make bench`: how fast a running configuration of 10,000 lines is read, cold, again, and unchanged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from reconciler.core.driver import Answer
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.configuration import read

PORTS, VLANS, SVIS, RULES, ROUTES = 1500, 300, 100, 190, 60
LEAVES = 9
AIM = 500_000
"""Lines a second."""


def configuration(leaf: int) -> str:
    """A large leaf: most ports alike but for their description and VLAN, a few long access lists.

    No stanza of one ``leaf`` is one of another: nothing that was understood of the one helps with the other.
    """
    head = ["! Command: show running-config", "! device: leaf (cEOSLab, EOS-4.34.0F)", "!", f"hostname leaf{leaf}", "!"]
    routes = [f"ip route 10.200.{number}.0/24 10.{leaf}.0.{number + 2}" for number in range(ROUTES)]
    return "\n".join([*head, *_stanzas(leaf), "ip routing", "!", *routes, "!", "end"]) + "\n"


def _stanzas(leaf: int) -> Iterator[str]:
    first = 2 + leaf * VLANS
    for vlan in range(first, first + VLANS):
        yield f"vlan {vlan}\n   name net-{vlan}\n!"
    for port in range(PORTS):
        rack = f"rack {leaf}-{port // 40}"
        yield f"interface Ethernet{port // 48 + 1}/{port % 48 + 1}\n   description server {port} in {rack}"
        yield f"   switchport access vlan {first + port % VLANS}\n   spanning-tree portfast\n!"
    for vlan in range(first, first + SVIS):
        address = f"10.{leaf}.{vlan - first}.1/24"
        yield f"interface Vlan{vlan}\n   description net {vlan}\n   mtu 9000\n   ip address {address}\n!"
    for number in range(4):
        rules = [f"   {10 * rule} permit tcp 10.{leaf}.{rule}.0/24 any eq {rule}" for rule in range(RULES)]
        yield "\n".join([f"ip access-list acl{number}", *rules, "!"])


def main() -> None:
    texts = [configuration(leaf) for leaf in range(LEAVES)]
    answers = [[Answer(text)] for text in texts]
    driver, count = EosDriver("10.2.0.1"), texts[0].count("\n")
    print(f"Reading a running configuration of {count} lines, the best of {LEAVES} (aim: {AIM} lines/s)")
    _say("cold", count, [partial(read, text) for text in texts])
    _say("again, after a change elsewhere", count, [partial(read, text) for text in texts])
    _say("with what carries our session", count, [partial(driver.read, answer) for answer in answers])
    _say("unchanged: one hash", count, [partial(driver.read, answers[-1])] * LEAVES)


def _say(what: str, count: int, work: Sequence[Callable[[], object]]) -> None:
    took = min(map(_spent, work))
    print(f"  {what:<34} {took * 1000:7.1f} ms   {count / took:12,.0f} lines/s")


def _spent(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
