"""In which order a node's routing policy (`ip rule`) looks its tables up for the packets back to us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network
from itertools import takewhile

from reconciler.core.way import IpAddress
from reconciler.linux.words import Row

DEFAULT: Sequence[Row] = tuple({"src": "all", "table": table} for table in ("255", "254", "253"))
"""What a kernel has that knows no others."""


def earlier(rules: Sequence[Row], table: int, client: IpAddress, server: IpAddress) -> dict[int, int]:
    """Tables that may be looked up before ``table``, each with the length of the shortest prefix that counts there.

    ``rules`` are rows of ``ip -j -N rule show``, which come by priority. What else a rule asks for (a mark, a port) is
    not known of the packets: it may apply.
    """
    applying = _applying(rules or DEFAULT, client, server)
    before = takewhile(lambda row: row["table"] != str(table) or "suppress_prefixlen" in row, applying)
    found: dict[int, int] = {}
    for row in before:
        shortest = int(row.get("suppress_prefixlen", -1)) + 1
        number = int(row["table"])
        found[number] = min(shortest, found.get(number, shortest))
    return found


def _applying(rules: Iterable[Row], client: IpAddress, server: IpAddress) -> Iterator[Row]:
    for row in rules:
        known = "table" in row and row.get("iif", "lo") == "lo"
        chosen = _matches(row, "src", server) and _matches(row, "dst", client)
        if known and ("not" in row or chosen):
            yield row


def _matches(row: Row, side: str, address: IpAddress) -> bool:
    prefix = row.get(side, "all")
    if prefix == "all":
        return True
    length = row.get(f"{side}len", ip_address(prefix).max_prefixlen)
    return address in ip_network(f"{prefix}/{length}", strict=False)
