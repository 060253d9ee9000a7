"""In which order a node's routing policy (`ip rule`) looks its tables up for the packets back to us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network
from itertools import takewhile

from reconciler.core.way import IpAddress
from reconciler.linux.route import LOCAL_TABLE, MAIN_TABLE
from reconciler.linux.rule import Rule

DEFAULT = {0: LOCAL_TABLE, 32766: MAIN_TABLE, 32767: 253}
"""Priority -> table: what a kernel has that knows no others."""


def earlier(rules: Sequence[Rule], table: int, client: IpAddress, server: IpAddress) -> dict[int, int]:
    """Tables that may be looked up before ``table``, each with the length of the shortest prefix that counts there.

    ``rules`` are those of the family in the kernel's order. What else a rule asks for (a mark, a port) is not known of
    the packets: it may apply.
    """
    found: dict[int, int] = {}
    for rule in takewhile(lambda rule: not _decides(rule, table), _applying(rules or _default(client), client, server)):
        if rule.table is not None:
            found[rule.table] = min(shortest(rule), found.get(rule.table, shortest(rule)))
    return found


def carriers(rules: Sequence[Rule], table: int, client: IpAddress, server: IpAddress) -> Iterator[Rule]:
    """The rules that the packets need to get to ``table``: jumps that they may take, and last the one that looks it up.

    A kernel that has no rules has none to lose.
    """
    for rule in _applying(rules, client, server):
        if rule.action == "goto" or _decides(rule, table):
            yield rule
        if _decides(rule, table):
            return


def applies(rule: Rule, client: IpAddress, server: IpAddress) -> bool:
    """Whether ``rule`` may apply to packets that the node itself sends from ``server`` to ``client``."""
    if rule.iif not in (None, "lo") or rule.family != client.version:
        return False
    return bool(rule.inverted) or (_matches(rule.src, server) and _matches(rule.dst, client))


def shortest(rule: Rule) -> int:
    """The length of the shortest prefix that counts in the rule's table."""
    return 0 if rule.suppress_prefixlength is None else rule.suppress_prefixlength + 1


def _decides(rule: Rule, table: int) -> bool:
    return rule.table == table and rule.suppress_prefixlength is None


def _applying(rules: Iterable[Rule], client: IpAddress, server: IpAddress) -> Iterator[Rule]:
    return (rule for rule in rules if applies(rule, client, server))


def _default(client: IpAddress) -> Sequence[Rule]:
    return [Rule(priority=priority, family=client.version, table=table) for priority, table in DEFAULT.items()]


def _matches(prefix: str | None, address: IpAddress) -> bool:
    return prefix is None or address in ip_network(prefix, strict=False)
