"""Which lines lead from one BGP router, neighbour or listen range to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.change import Change
from reconciler.switch.eos.config import INDENT
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import FAMILIES, Bgp, BgpListen, BgpNeighbor


def router(change: Change, live: Bgp | None, new: Bgp | None, others: Sequence[str]) -> Iterator[Step]:
    """``others``: lines of the router that are not ours.

    Raises: ValueError for another AS number: that would be another router, and all sessions of this one lost; and
    where a line would take the place of one with a route map, which tells neighbours less.
    """
    if new is None:
        raise ValueError(f"{change.key} is never deleted, only its neighbours and ranges are")
    if live is not None and live.asn != new.asn:
        raise ValueError(f"the switch has AS {live.asn}, wanted is {new.asn}: `router bgp` is never replaced")
    texts = tuple(_router(live or Bgp(asn=new.asn), new))
    for text, line in ((text, line) for text in texts for line in others if line.startswith(f"{INDENT}{text} ")):
        raise ValueError(f"`{text}` would replace `{line.strip()}`, which is not ours")
    yield Step(Phase.BGP, head(new.asn), texts, change)


def _router(old: Bgp, new: Bgp) -> Iterator[str]:
    if old.router_id != new.router_id:
        yield "no router-id" if new.router_id is None else f"router-id {word(new.router_id)}"
    if old.ecmp != new.ecmp:
        yield "no maximum-paths" if new.ecmp is None else f"maximum-paths {new.ecmp} ecmp {new.ecmp}"
    yield from _told("network", old.networks or (), new.networks or ())
    yield from _told("redistribute", old.redistribute or (), new.redistribute or ())


def _told(command: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    yield from (f"{command} {word(one)}" for one in new if one not in old)
    yield from (f"no {command} {word(one)}" for one in old if one not in new)


def neighbor(change: Change, live: BgpNeighbor | None, new: BgpNeighbor | None, asn: int | None) -> Iterator[Step]:
    """``asn`` is the router's. Raises: ValueError where there is no router."""
    name = word(change.key.name)
    if new is None:
        assert live is not None, "only what is there can go"
        phase = Phase.BGP_GROUP_GONE if live.is_group else Phase.BGP_GONE
        text = f"no neighbor {name} peer group" if live.is_group else f"no neighbor {name}"
        yield Step(phase, head(asn), (text,), change)
        return
    made = (f"neighbor {name} peer group",) if live is None and new.is_group else ()
    texts = tuple(_neighbor(name, live or BgpNeighbor(neighbor=new.neighbor), new))
    yield Step(Phase.BGP_PEER, head(asn), (*made, *texts), change)


def _neighbor(name: str, old: BgpNeighbor, new: BgpNeighbor) -> Iterator[str]:
    """A stored `no neighbor X shutdown` would be another line: the default is asked for (eos.md 5.9)."""
    if old.peer_group != new.peer_group:
        group = f"peer group {word(new.peer_group or old.peer_group)}"
        yield f"{'' if new.peer_group else 'no '}neighbor {name} {group}"
    if old.remote_as != new.remote_as:
        number = "" if new.remote_as is None else f" {new.remote_as}"
        yield f"{'' if number else 'no '}neighbor {name} remote-as{number}"
    if old.description != new.description:
        text = "" if new.description is None else f" {new.description}"
        yield f"{'' if text else 'no '}neighbor {name} description{text}"
    if old.shutdown != new.shutdown:
        yield f"{'' if new.shutdown else 'default '}neighbor {name} shutdown"
    yield from _families(name, old.activate or (), new.activate or ())


def _families(name: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    """Each family is a section of its own, which is left for `router bgp` again."""
    for family in FAMILIES:
        if (said := _said(family, new)) != _said(family, old):
            yield from (f"address-family {family}", f"{said}neighbor {name} activate", "exit")


def _said(family: str, activate: tuple[str, ...]) -> str:
    """What stands before `neighbor X activate`: a `no` is stored, so silence has to be asked for."""
    if family in activate:
        return ""
    return "no " if f"no {family}" in activate else "default "


def listen(change: Change, live: BgpListen | None, new: BgpListen | None, asn: int | None) -> Iterator[Step]:
    """A range is taken away and made again: its line is its identity and its attributes at once."""
    gone = (f"no {_range(live)}",) if live else ()
    if new is None:
        yield Step(Phase.BGP_GONE, head(asn), gone, change)
    else:
        yield Step(Phase.BGP_LISTEN, head(asn), (*gone, listen_line(new)), change)


def listen_line(listen: BgpListen) -> str:
    """As it is typed and as it is shown."""
    number = "" if listen.remote_as is None else f" remote-as {listen.remote_as}"
    return f"{_range(listen)}{number}"


def _range(one: BgpListen) -> str:
    return f"bgp listen range {word(one.prefix)} peer-group {word(one.peer_group)}"


def head(asn: int | None) -> str:
    """Raises: ValueError."""
    if asn is None:
        raise ValueError("there is no `router bgp` for these neighbours: give the AS number under bgp")
    return f"router bgp {asn}"
