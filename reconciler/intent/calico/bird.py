"""Routes as BIRD writes them: it learns each node's blocks over BGP (projectcalico/bird, netlink.c ``nl_send_route``).

The next hop is the owner's address, resolved as any route is; only a tunnelled one is forced onto its link.
"""

from __future__ import annotations

from reconciler.desired.prefixes import Address
from reconciler.intent.calico.fabric import Destination
from reconciler.intent.calico.settings import BIRD_PROTOCOL, IPIP_DEVICE, Settings
from reconciler.intent.network import IPV4, Family, together
from reconciler.linux.route import Route


def blackhole(family: Family, to: Destination) -> Route:
    """A static route of ``bird_aggr.cfg``: the block as a whole, announced and going nowhere."""
    return Route(
        type="blackhole",
        dst=to.dst,
        dev=family.blackhole_dev,
        protocol=BIRD_PROTOCOL,
        metric=family.metric,
        origin=to.origin,
    )


def tunnelled(settings: Settings, next_hop: Address, to: Destination, origin: str) -> Route:
    """``krt_tunnel`` is tunl0."""
    return Route(
        dst=to.dst,
        gateway=str(next_hop),
        dev=IPIP_DEVICE,
        protocol=BIRD_PROTOCOL,
        metric=settings.profile.bird_metric,
        onlink=True,
        origin=together(to.origin, origin),
    )


def routed(family: Family, settings: Settings, gateway: str, dev: str | None, to: Destination, origin: str) -> Route:
    """A plain next hop: the owner where it is in my subnet, else the router on the way (``gateway recursive``)."""
    return Route(
        dst=to.dst,
        gateway=gateway,
        dev=dev,
        protocol=BIRD_PROTOCOL,
        metric=settings.profile.bird_metric if family is IPV4 else family.metric,
        origin=together(to.origin, origin),
    )
