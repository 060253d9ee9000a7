"""The lines of `router bgp`: what may be said, what takes the place of what, and the order in which EOS shows it.

The order is that of recordings (4.23 and 4.34); attributes of a neighbour that none of them has follow the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, ip_address, ip_network

from .config import Block
from .refusal import INCOMPLETE, INVALID, Refused

SECTION = "router bgp"
ASN = re.compile(r"\d{1,10}|\d{1,5}\.\d{1,5}")
IS_ADDRESS = re.compile(r"[\da-fA-F.:]*[.:][\da-fA-F.:]*")
GROUP = re.compile(r"[A-Za-z_][\w.:-]*")
ORDER = (
    *("!!", "rd", "route-target", "router-id", "local-as", "bgp default", "timers", "distance", "graceful-restart"),
    *("maximum-paths", "bgp", "bgp listen", "neighbor", "network", "aggregate-address", "redistribute", "vlan"),
)
"""By the first words of a line."""
ATTRIBUTES = (
    *("peer", "remote-as", "local-as", "next-hop-self", "shutdown", "update-source", "bfd", "description"),
    *("ebgp-multihop", "timers", "allowas-in", "route-reflector-client", "route-map", "password", "send-community"),
    *("maximum-routes", "activate"),
)
"""Of a neighbour."""
PARTS = ("vlan-aware-bundle", "vlan", "address-family", "vrf")
TARGETS = ("import", "export", "both")
VERBATIM = re.compile(
    r"(?:bgp|timers|distance|graceful-restart|local-as|aggregate-address|rd|route-target|route-distinguisher|vlan|vxlan"
    r"|dynamic|encapsulation|next-hop|host-flap|domain|import|export|update|ucmp|monitoring|shutdown|redistribute"
    r"|route-reflector)\b.*|!!.*"
)
"""Lines that are taken as they are."""
STORED_NO = re.compile(
    r"neighbor \S+ (?:shutdown|activate|send-community|maximum-routes)|bgp default |graceful-restart"
)
"""Lines whose `no` is stored and shown (the reference's section 5.9)."""


def head(line: str, blocks: tuple[Block, ...]) -> str:
    """The section among ``blocks``, those of the margin, that `router bgp N` opens: 1.5 is 65541. Raises: Refused."""
    number = line.removeprefix(SECTION).strip()
    if not number:
        raise Refused(INCOMPLETE)
    if not ASN.fullmatch(number):
        raise Refused(INVALID)
    running = [block.line for block in blocks if block.line.startswith(SECTION + " ")]
    if running and _asn(running[0]) != _asn(line):
        raise Refused(f"% BGP is already running with AS number {running[0].removeprefix(SECTION).strip()}")
    return running[0] if running else line


def _asn(line: str) -> int:
    high, _, low = line.split()[-1].rpartition(".")
    return (int(high or 0) << 16) + int(low)


def canonical(text: str) -> str:
    """A line without its `no`, as EOS stores it. Raises: Refused."""
    words = text.split()
    known = CHECKS.get(words[0])
    try:
        if known is not None:
            return known(words)
    except IndexError:
        raise Refused(INCOMPLETE) from None
    except ValueError:
        raise Refused(INVALID) from None
    if not VERBATIM.fullmatch(text):
        raise Refused(INVALID)
    return _listening(words) if words[:3] == ["bgp", "listen", "range"] else " ".join(words)


def identity(line: str) -> tuple[str, ...]:
    """What two lines have in common of which one takes the place of the other."""
    words = line.removeprefix("no ").split()
    match words:
        case ["neighbor", peer, "route-map", _, direction]:
            return ("neighbor", peer, "route-map", direction)
        case ["neighbor", peer, attribute, *_]:
            return ("neighbor", peer, attribute)
        case ["bgp", "listen", "range", prefix, *_]:
            return ("bgp listen", prefix)
        case [("network" | "redistribute" | "aggregate-address" | "timers" | "distance") as word, what, *_]:
            return (word, what if word not in ("timers", "distance") else "")
        case [("router-id" | "maximum-paths" | "rd" | "local-as") as word, *_]:
            return (word,)
    return (" ".join(words),)


def put(blocks: tuple[Block, ...], line: str) -> tuple[Block, ...]:
    """The lines of a section after ``line`` was typed in it. Raises: Refused."""
    word, _, rest = line.partition(" ")
    if word not in ("no", "default"):
        text = canonical(line)
        others = (b for b in blocks if identity(b.line) != identity(text) or not b.is_leaf)
        return ordered((*others, Block(text)))
    if not rest:
        raise Refused(INCOMPLETE)
    kept = tuple(filter(None, (_kept(block, _spelled(rest)) for block in blocks)))
    if word == "no" and STORED_NO.match(rest):
        kept = (*kept, Block(f"no {canonical(rest)}"))
    return ordered(kept)


def ordered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The lines of a section, and then the sections below it."""
    leaves = sorted((b for b in blocks if b.is_leaf), key=_line_order)
    parts = sorted((b for b in blocks if not b.is_leaf), key=_part_order)
    return (*leaves, *parts)


def _kept(block: Block, gone: str) -> Block | None:
    """``block`` after `no gone`; a neighbour that goes, goes in its address families, too."""
    line = block.line.removeprefix("no ")
    if line == gone or line.startswith(gone + " ") or (block.is_leaf and identity(gone) == identity(line)):
        return None
    neighbor = re.fullmatch(r"neighbor (\S+)(?: peer group)?", gone)
    if neighbor is None:
        return block
    if line.startswith(f"neighbor {neighbor[1]} ") or re.fullmatch(
        rf"neighbor \S+ peer group {re.escape(neighbor[1])}", line
    ):
        return block if IS_ADDRESS.fullmatch(neighbor[1]) and gone.endswith(" group") else None
    if block.line.startswith("address-family "):
        return Block(block.line, tuple(filter(None, (_kept(child, gone) for child in block.children))), mode=True)
    return block


def _spelled(text: str) -> str:
    return re.sub(r"^(neighbor \S+ )peer-group", r"\1peer group", " ".join(text.split()))


def _line_order(block: Block) -> tuple[object, ...]:
    line = block.line.removeprefix("no ")
    words = line.split()
    first = " ".join(words[:2]) if " ".join(words[:2]) in ORDER else words[0]
    rank = ORDER.index(first) if first in ORDER else ORDER.index("bgp")
    if first == "!!":
        return (rank,)
    if first == "neighbor":
        attribute = words[2] if len(words) > 2 else ""
        place = ATTRIBUTES.index(attribute) if attribute in ATTRIBUTES else len(ATTRIBUTES)
        return (rank, _peer_order(words[1]), place, line)
    if first == "route-target":
        return (rank, (TARGETS.index(words[1]) if words[1] in TARGETS else 9,), 0, line)
    if first == "network":
        network = ip_network(words[1], strict=False)
        return (rank, (network.version, int(network.network_address), network.prefixlen), 0, line)
    return (rank, (len(words) == 1,), 0, line)


def _peer_order(peer: str) -> tuple[object, ...]:
    """Groups by name, then addresses by number."""
    try:
        address = ip_address(peer)
    except ValueError:
        return (0, peer)
    return (address.version, f"{int(address):040}")


def _part_order(block: Block) -> tuple[int, str]:
    first = block.line.split()[0]
    return (PARTS.index(first) if first in PARTS else len(PARTS), block.line)


def _neighbor(words: list[str]) -> str:
    peer, attribute = _peer(words[1]), words[2]
    rest = words[3:]
    if attribute == "peer-group":
        attribute, rest = "peer", ["group", *rest]
    if attribute == "peer" and (rest[0] != "group" or not all(map(GROUP.fullmatch, rest[1:2])) or len(rest) > 2):
        raise ValueError(rest)
    if attribute in ("remote-as", "local-as") and not ASN.fullmatch(rest[0]):
        raise ValueError(rest)
    if attribute in ("description", "update-source", "password", "timers") and not rest:
        raise IndexError(attribute)
    return " ".join(["neighbor", peer, attribute, *rest])


def _peer(word: str) -> str:
    return word if GROUP.fullmatch(word) and not word.count(":") > 1 else str(ip_address(word))


def _listening(words: list[str]) -> str:
    """``bgp listen range P peer-group G remote-as N``; the space in `peer group` is taken, too."""
    rest = " ".join(words[4:]).replace("peer group ", "peer-group ", 1).split()
    try:
        prefix = ip_network(words[3], strict=False)
        fits = rest[0] == "peer-group" and rest[2] in ("remote-as", "peer-filter") and len(rest) == 4
    except IndexError:
        raise Refused(INCOMPLETE) from None
    except ValueError:
        raise Refused(INVALID) from None
    if not fits or (rest[2] == "remote-as" and not ASN.fullmatch(rest[3])):
        raise Refused(INVALID)
    return f"bgp listen range {prefix} {' '.join(rest)}"


def _router_id(words: list[str]) -> str:
    return f"router-id {IPv4Address(words[1])}"


def _paths(words: list[str]) -> str:
    numbers = [int(word) for word in words[1::2]]
    if (
        any(not 1 <= number <= 600 for number in numbers)
        or words[2:3] not in ([], ["ecmp"])
        or len(words) not in (2, 4)
    ):
        raise ValueError(words)
    return " ".join(words)


def _network(words: list[str]) -> str:
    if "/" in words[1]:
        return " ".join(["network", str(ip_network(words[1], strict=False)), *words[2:]])
    return " ".join(["network", str(IPv4Interface(f"{words[1]}/{words[3]}").network), *words[4:]])


def _redistribute(words: list[str]) -> str:
    return " ".join(["redistribute", words[1], *words[2:]])


CHECKS: dict[str, Callable[[list[str]], str]] = {
    "neighbor": _neighbor,
    "router-id": _router_id,
    "maximum-paths": _paths,
    "network": _network,
    "redistribute": _redistribute,
}
"""Each takes the words of a line and gives it back as EOS stores it. Raises: IndexError, ValueError."""
