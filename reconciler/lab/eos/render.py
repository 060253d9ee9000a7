"""The canonical text of a configuration: `show running-config` without its head, as EOS 4.34 orders it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from . import ids, logging_lines, names, sections
from .blocks import lines_of
from .config import DEFAULT_VRF, Block, Config, Route, RouteKey, User, Vlan
from .render_interface import interface_lines

Paragraph = tuple[Block, ...]
"""Lines that stand together; paragraphs are separated by a ``!``."""


def text(config: Config) -> str:
    """All sections and the final ``end``, each line with its line end."""
    parts = ["\n".join(line for block in paragraph for line in lines_of(block)) for paragraph in paragraphs(config)]
    return "\n!\n".join([*parts, "end"]) + "\n"


def blocks(config: Config) -> list[Block]:
    return [block for paragraph in paragraphs(config) for block in paragraph]


def paragraphs(config: Config) -> list[Paragraph]:
    """Every section that differs from its default, in the order of EOS 4.33 and later (the reference's section 5.1)."""
    ranked = [*_verbatim(config), *_modelled(config)]
    return [paragraph for _, paragraph in sorted(ranked, key=lambda pair: pair[0])]


def stanza(config: Config, name: str) -> Block:
    """The section of one interface."""
    return Block(f"interface {name}", interface_lines(config, name), mode=True)


def user_line(name: str, user: User) -> str:
    words = [f"username {name}"]
    words += [f"privilege {user.privilege}"] if user.privilege != 1 else []
    words += [f"role {user.role}"] if user.role else []
    return " ".join([*words, f"secret {user.secret}" if user.secret else "nopassword"])


def route_line(key: RouteKey, route: Route) -> str:
    family = "ip" if key.prefix.version == 4 else "ipv6"
    words = [f"{family} route"]
    words += [f"vrf {key.vrf}"] if key.vrf != DEFAULT_VRF else []
    words += [str(key.prefix), *(part for part in (key.interface, key.hop) if part)]
    words += [str(route.distance)] if route.distance != 1 else []
    words += [f"track {route.track}"] if route.track else []
    words += [f"tag {route.tag}"] if route.tag else []
    words += [f"name {route.name}"] if route.name else []
    return " ".join([*words, *([f"metric {route.metric}"] if route.metric else [])])


def _verbatim(config: Config) -> Iterator[tuple[int, Paragraph]]:
    """Sections that are kept as they are; one-line commands of a family that stands together are one paragraph."""
    ordered = sorted(config.verbatim, key=lambda block: sections.place(block.line))
    for place, group in groupby(ordered, lambda block: sections.place(block.line)):
        together = tuple(group)
        if place.rank == sections.RANK[sections.LOGGING]:
            together = tuple(sorted(together, key=lambda block: logging_lines.place(block.line)))
        leaves = tuple(block for block in together if block.is_leaf and place.together)
        yield from ((place.rank, (block,)) for block in together if block not in leaves)
        if leaves and place.rank != sections.RANK[sections.HOSTNAME]:
            yield place.rank, leaves


def _modelled(config: Config) -> Iterator[tuple[int, Paragraph]]:
    found: dict[str, list[Paragraph]] = {
        sections.ENABLE: [_leaves(iter([f"enable secret {config.enable}"] if config.enable else []))],
        sections.USERS: [_leaves(_users(config))],
        sections.HOSTNAME: [_leaves(_naming(config))],
        sections.VLANS: [(block,) for block in _vlans(config)],
        sections.VRFS: [(Block(f"vrf instance {v}", config.vrfs[v].rest, mode=True),) for v in sorted(config.vrfs)],
        sections.INTERFACES: [(stanza(config, name),) for name in sorted(config.interfaces, key=names.in_order)],
        sections.ROUTING: [_leaves(_routing(config))],
        sections.ROUTING6: [_leaves(_routing6(config))],
        sections.ROUTES: [_leaves(_routes(config, 4))],
        sections.ROUTES6: [_leaves(_routes(config, 6))],
    }
    for name, paragraphs in found.items():
        yield from ((sections.RANK[name], paragraph) for paragraph in paragraphs if paragraph)


def _leaves(lines: Iterator[str]) -> Paragraph:
    return tuple(map(Block, lines))


def _users(config: Config) -> Iterator[str]:
    for name, user in sorted(config.users.items()):
        yield user_line(name, user)
        if user.key is not None:
            yield f"username {name} ssh-key {user.key}"


def _naming(config: Config) -> Iterator[str]:
    """The host name, and with it name servers and domains."""
    if config.hostname:
        yield f"hostname {config.hostname}"
    yield from (block.line for block in config.verbatim if sections.family(block.line) == sections.HOSTNAME)


def _vlans(config: Config) -> Iterator[Block]:
    """VLANs that are configured alike share a section; VLAN 1 is shown only when it differs from its default."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for vlan, body in sorted(config.vlans.items()):
        if vlan != 1 or body != Vlan():
            alike.setdefault(tuple(_vlan_lines(body)), []).append(vlan)
    for lines, numbers in sorted(alike.items(), key=lambda pair: pair[1][0]):
        yield Block(f"vlan {ids.compress(numbers)}", tuple(map(Block, lines)), mode=True)


def _vlan_lines(vlan: Vlan) -> Iterator[str]:
    if vlan.name is not None:
        yield f"name {vlan.name}"
    if vlan.suspended:
        yield "state suspend"
    for group in sorted(vlan.trunk_groups):
        yield f"trunk group {group}"


def _routing(config: Config) -> Iterator[str]:
    """The default VRF and every other one, on or off."""
    yield "ip routing" if DEFAULT_VRF in config.routing else "no ip routing"
    for vrf in sorted({*config.vrfs, *config.routing} - {DEFAULT_VRF}):
        yield f"{'' if vrf in config.routing else 'no '}ip routing vrf {vrf}"


def _routing6(config: Config) -> Iterator[str]:
    for vrf in sorted(config.routing6, key=lambda name: (name != DEFAULT_VRF, name)):
        yield "ipv6 unicast-routing" if vrf == DEFAULT_VRF else f"ipv6 unicast-routing vrf {vrf}"


def _routes(config: Config, version: int) -> Iterator[str]:
    chosen = [key for key in config.routes if key.prefix.version == version]
    for key in sorted(chosen, key=_route_order):
        yield route_line(key, config.routes[key])


def _route_order(key: RouteKey) -> tuple[bool, str, tuple[int, int], str, str]:
    place = (int(key.prefix.network_address), key.prefix.prefixlen)
    return (key.vrf != DEFAULT_VRF, key.vrf, place, key.interface or "", key.hop or "")
