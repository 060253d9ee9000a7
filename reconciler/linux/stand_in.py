"""An interface that is there for a moment: it takes a tunnel device's frames for the MAC that the device will have.

Then all peers can send to the new MAC before the device has it, and nobody loses a packet (docs/KERNEL.md, fact 48).
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.linux.address import Address
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.words import word

PREFIX = "mac"
"""Reserved for us, with twelve digits behind it: so no two MACs share a name (15 characters, IFNAMSIZ)."""
TWIN = "vni"
"""Reserved for us, with a number behind it: a VXLAN device beside one that has to be made again."""
DUMMY = "192.0.0.8"
"""An address that nobody is reached at (RFC 7600)."""
LOOSE = 2


def stand_in(device: Link, mac: str) -> tuple[Link, Address]:
    """What takes the frames for ``mac`` that come out of ``device``, with our mark: the next cycle removes a leftover.

    Without an IPv4 address reverse path filtering lets nothing pass there, not even a loose one (fact 52).
    """
    name = PREFIX + mac.replace(":", "")
    link = Link(ifname=name, info_kind="macvlan", lower=device.ifname, address=mac, up=True, alias=OUR_ALIAS)
    return link, Address(dev=name, local=DUMMY, prefixlen=32, scope="link")


def is_stand_in(link: Link) -> bool:
    """Whether it is one of ours."""
    return link.info_kind == "macvlan" and link.alias == OUR_ALIAS and link.ifname.startswith(PREFIX)


def shell_lines(link: Link) -> Iterator[str]:
    """What is told the shell by ``echo`` of a new one, by which packets come in that leave by the device below it.

    Strict reverse path filtering would drop them. Of an interface's own value and that of `all` the larger counts
    (``IN_DEV_RPFILTER``), and 2 is the largest.
    """
    if is_stand_in(link):
        yield f"{LOOSE} >/proc/sys/net/ipv4/conf/{word(link.ifname)}/rp_filter"
