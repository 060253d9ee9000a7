"""`show running-config all`: the canonical text, and the defaults of what is modelled said aloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from . import blocks, ids, render
from .config import Block, Config, Interface, Vlan
from .edit_vlan import default_name

PROMPT = "prompt %H%R%v%P"


def text(config: Config) -> str:
    """Loaded again it is the same configuration."""
    parts = [[PROMPT], *(list(_said(config, paragraph)) for paragraph in render.paragraphs(config))]
    return "\n!\n".join(["\n".join(lines) for lines in parts] + ["end"]) + "\n"


def _said(config: Config, paragraph: render.Paragraph) -> Iterator[str]:
    for block in paragraph:
        yield from blocks.lines_of(_completed(config, block))


def _completed(config: Config, block: Block) -> Block:
    word, _, name = block.line.partition(" ")
    if word == "interface" and name in config.interfaces:
        defaults = _of_interface(config.interfaces[name], config.is_switched(name))
    elif word == "vlan" and name[:1].isdecimal():
        defaults = _of_vlan(config.vlans[min(ids.vlans(name))], min(ids.vlans(name)), name)
    else:
        return block
    return replace(block, children=(*map(Block, defaults), *block.children))


def _of_vlan(vlan: Vlan, number: int, listed: str) -> Iterator[str]:
    """VLANs without a name that share a section have no default name in common."""
    if vlan.name is None and listed.isdecimal():
        yield f"name {default_name(number)}"
    if not vlan.suspended:
        yield "state active"


def _of_interface(port: Interface, switched: bool) -> Iterator[str]:
    if port.description is None:
        yield "no description"
    if not port.shutdown:
        yield "no shutdown"
    if not switched:
        return
    if port.access_vlan == 1:
        yield "switchport access vlan 1"
    if port.native_vlan == 1:
        yield "switchport trunk native vlan 1"
    if port.allowed == ids.ALL_VLANS:
        yield f"switchport trunk allowed vlan {ids.FIRST_VLAN}-{ids.LAST_VLAN}"
    if port.mode == "access":
        yield "switchport mode access"
