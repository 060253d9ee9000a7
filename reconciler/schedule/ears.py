"""Where a VXLAN device gets another MAC: an interface on it that takes the frames for that before the device does."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence

from reconciler.core.change import Change
from reconciler.core.resource import State
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.stand_in import stand_in
from reconciler.schedule.way_point import Changes, Detour
from reconciler.walk.topology import World


def listening(changes: Changes, world: World, deaf: Collection[str]) -> Detour | None:
    """The state in which all is as wanted but for the MACs of VXLAN devices, on nodes that are ``deaf`` meanwhile.

    Each has its old MAC, and an interface on it that takes frames for the new one. None where that helps nobody.
    """
    ears = {name: some for name in sorted(deaf) if (some := [*_ears(changes.get(name, ()), world.get(name, {}))])}
    if not ears:
        return None
    first = {name: [*some] for name, some in changes.items()}
    then: dict[str, list[Change]] = {}
    for name, some in ears.items():
        for ear in some:
            place = first[name].index(ear.change)
            first[name][place : place + 1] = [*ear.made(), *ear.else_of_it()]
        then[name] = [change for ear in some for change in ear.afterwards()]
    meanwhile = {name: tuple(one for ear in some for one in (ear.link, ear.address)) for name, some in ears.items()}
    return Detour({name: some for name, some in first.items() if some}, then, meanwhile)


@dataclasses.dataclass(frozen=True, slots=True)
class _Ear:
    """What listens for the MAC that a device gets by ``change``."""

    change: Change
    before: Link
    after: Link
    link: Link
    address: Address

    @property
    def _still_old(self) -> Link:
        return dataclasses.replace(self.after, address=self.before.address)

    def made(self) -> Iterator[Change]:
        yield from (Change(None, self.link), Change(None, self.address))

    def else_of_it(self) -> Iterator[Change]:
        """What the change does beside the MAC."""
        if self.change.fields.keys() != {"address"}:
            yield dataclasses.replace(self.change, after=self._still_old)

    def afterwards(self) -> Iterator[Change]:
        """The address goes with its interface: by itself it would be missed (`linux.stand_in`)."""
        yield Change(self._still_old, self.after) if [*self.else_of_it()] else self.change
        yield Change(self.link, None)


def _ears(changes: Sequence[Change], found: State) -> Iterator[_Ear]:
    """Of one node. None where somebody has an interface of that name: a leftover, which goes with this plan, or not."""
    for change in changes:
        before, after = change.before, change.after
        if not isinstance(before, Link) or not isinstance(after, Link) or not _is_another_mac(change, before, after):
            continue
        assert after.address is not None, "it has been compared"
        link, address = stand_in(after, after.address)
        if link.key not in found:
            yield _Ear(change, before, after, link, address)


def _is_another_mac(change: Change, before: Link, after: Link) -> bool:
    macs = (before.address, after.address)
    return after.info_kind == "vxlan" and None not in macs and macs[0] != macs[1] and not change.recreates
