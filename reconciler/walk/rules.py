"""A node's routing policy: which tables a packet looks up, in the kernel's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconciler.linux.rule import ACTIONS, Rule
from reconciler.linux.rules import DEFAULT
from reconciler.walk.packet import LOCAL, Packet
from reconciler.walk.prefixes import prefix_of, version_of

ALL_BITS = 0xFFFFFFFF
UNSAID = ("tos", "ipproto", "sport", "dport", "tun_id", "l3mdev", "uidrange", "suppress_ifgroup")
"""Selectors that ask for what our packets do not have, or do not say: such a rule is not for them."""


class Rules:
    """All rules of a node; a family without any has the kernel's own three."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._of = {version: _ordered(rules, version) for version in (4, 6)}
        self.are_choosy = any(
            rule.src is not None or rule.fwmark is not None or rule.iif is not None or rule.oif is not None
            for rule in rules
        )

    def applying(self, packet: Packet) -> Iterator[Rule]:
        """The rules for ``packet``. Jumps (`goto`) are followed, `nop` is left out."""
        least = 0
        for rule in self._of[version_of(packet.dst)]:
            if rule.priority < least or not applies(rule, packet):
                continue
            if rule.action == "goto":
                least = self._target(rule, packet)
            elif rule.action != "nop":
                yield rule

    def _target(self, jump: Rule, packet: Packet) -> int:
        """Where a jump leads; one to a priority that nobody has is none (``fib_rules.c``: unresolved)."""
        there = any(rule.priority == jump.goto for rule in self._of[version_of(packet.dst)])
        return jump.goto if there and jump.goto is not None else 0


def _ordered(rules: Sequence[Rule], version: int) -> Sequence[Rule]:
    own = sorted((rule for rule in rules if rule.family == version), key=lambda rule: rule.priority)
    return own or [Rule(priority=priority, family=version, table=table) for priority, table in DEFAULT.items()]


def applies(rule: Rule, packet: Packet) -> bool:
    """As ``fib_rule_match`` does it; `not` turns the whole of it round."""
    return all(asks(rule, packet) for asks in ASKED) != bool(rule.inverted)


def _marked(rule: Rule, packet: Packet) -> bool:
    if rule.fwmark is None:
        return True
    mask = ALL_BITS if rule.fwmask is None else int(rule.fwmask, 16)
    return not (int(rule.fwmark, 16) ^ packet.mark) & mask


ASKED: Sequence[Callable[[Rule, Packet], bool]] = (
    lambda rule, packet: rule.src is None or prefix_of(rule.src).contains(packet.src),
    lambda rule, packet: rule.dst is None or prefix_of(rule.dst).contains(packet.dst),
    lambda rule, packet: rule.iif is None or rule.iif == packet.iif,
    lambda rule, packet: rule.oif is None or (packet.iif == LOCAL and rule.oif == packet.oif),
    _marked,
    lambda rule, packet: not any(getattr(rule, name) not in (None, "0") for name in UNSAID),
)

__all__ = ["ACTIONS", "Rules", "applies"]
