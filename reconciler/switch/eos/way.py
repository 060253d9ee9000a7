"""How a switch's packets find back to us, and which new route or address would lead them elsewhere.

Worked out from the running configuration alone: what a routing protocol or DHCP brings is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from reconciler.core.change import Change
from reconciler.core.resource import Resource, State
from reconciler.core.way import IpAddress
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.session import ends_of
from reconciler.switch.eos.writing import outcome
from reconciler.switch.forwarding import Stage, offers, stages, vrf_of


@dataclass(frozen=True, slots=True)
class WayBack:
    """The way to ``client`` (us), stage by stage; ``live``: what the switch has, for what wishes leave open."""

    client: IpAddress
    stages: Sequence[Stage]
    live: State

    def _after(self, change: Change) -> Resource | None:
        """What is left open, such as a port's VRF, stays as it is."""
        return outcome(change, self.live.get(change.key, change.before))

    def cut_by(self, change: Change, plan: Sequence[Change]) -> str | None:
        """A change that restates what is there already cuts nothing: packets find back to us all the same."""
        had = set(offers(self.live.get(change.key, change.before)))
        new = [offer for offer in offers(self._after(change)) if offer not in had]
        for stage in self.stages:
            taken = [offer for offer in new if stage.is_taken_by(offer)]
            if taken:
                what = "end there instead of taking" if not taken[0].path.hops else "take it instead of"
                return f"packets back to us ({self.client}) would {what} {stage}"
        return None


def way_back(configuration: Configuration, host: str, client: str) -> WayBack | None:
    """None while nobody knows who we are. ``host``: the address of the switch that we talk to."""
    try:
        address = ip_address(client)
    except ValueError:
        return None
    every = [offer for one in configuration.everything.values() for offer in offers(one)]
    vrfs = sorted({vrf_of(end) for end in ends_of(configuration, host)})
    found = [stage for vrf in vrfs for stage in stages(vrf, address, every)]
    return WayBack(address, found, configuration.everything)
