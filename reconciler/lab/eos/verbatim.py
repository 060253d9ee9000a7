"""Sections that are not modelled: typed lines are kept as they are, in their place; a `no` takes them away again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from . import sections
from .config import Block, Vrf
from .editor import GLOBAL, Editor, Mode
from .refusal import INVALID, Refused

Blocks = tuple[Block, ...]
ON_INTERFACE = re.compile(
    r"(?:spanning-tree|lldp|lacp|mlag|speed|storm-control|vxlan|ip|ipv6|load-interval|logging|arp|service-policy|qos|ptp"
    r"|sflow|flowcontrol|priority-flow-control|bfd|isis|ospf|pim|dot1x|snmp|tunnel|unidirectional|switchport"
    r"|error-correction|phone|mac|tap|tool|l2-protocol|dhcp|comment)\b.*"
)
"""Lines that an interface may have beside the modelled ones."""
MODELLED_ON_INTERFACE = (
    *("switchport access", "switchport mode", "switchport trunk allowed", "switchport trunk native"),
    *("ip address", "ipv6 address", "ip virtual-router address"),
)
PROMPTS = {"management api http-commands": "mgmt-api-http-cmds", "address-family": "af", "mlag configuration": "mlag"}


def take(editor: Editor, line: str) -> None:
    """Keep ``line``, whose words are none of the modelled commands. Raises: Refused."""
    take_in = {"interface": _on_interface, "vrf": _in_vrf, "block": _in_block}.get(editor.mode.kind)
    if take_in is None or not take_in(editor, line):
        _at_margin(editor, line)


def belongs_inside(editor: Editor, line: str) -> bool:
    """Whether the section being edited has a mode of this name below it, whatever else the line could mean."""
    return editor.mode.kind == "block" and sections.NESTED.fullmatch(line) is not None


def keep(editor: Editor, block: Block) -> None:
    """A whole section out of a file. Raises: Refused."""
    if sections.family(block.line) is None:
        raise Refused(INVALID)
    marked = _marked(block, sections.OPENERS.fullmatch(block.line) is not None)
    others = tuple(other for other in editor.config.verbatim if other.line != block.line)
    editor.config.verbatim = (*_replaced(others, block.line), marked)


def edited(blocks: Blocks, line: str, stores_no: Callable[[str], bool]) -> Blocks:
    """``blocks`` after ``line``: `no X` and `default X` take X away, X takes `no X` away."""
    word, _, rest = line.partition(" ")
    if word == "default":
        return _without(blocks, rest)
    if word == "no":
        left = _without(blocks, rest)
        return (*left, Block(line)) if stores_no(rest) else left
    others = tuple(block for block in blocks if block.line not in (line, f"no {line}"))
    return (*others, Block(line))


def _without(blocks: Blocks, beginning: str) -> Blocks:
    gone = (beginning, f"no {beginning}")
    return tuple(b for b in blocks if not (b.line in gone or b.line.startswith(beginning + " ")))


def _replaced(blocks: Blocks, line: str) -> Blocks:
    """Without the old value of a setting that has one."""
    alone = sections.ALONE.match(line)
    return _without(blocks, alone[0]) if alone else blocks


def _at_margin(editor: Editor, line: str) -> None:
    if sections.family(line) is None:
        raise Refused(INVALID)
    editor.mode = GLOBAL
    verbatim = editor.config.verbatim
    if sections.OPENERS.fullmatch(line):
        if not any(block.line == line for block in verbatim):
            editor.config.verbatim = (*verbatim, Block(line, mode=True))
        editor.mode = Mode("block", _prompt(line), (line,))
        return
    stored = edited(_replaced(verbatim, line), line, lambda rest: sections.NEGATED.match(rest) is not None)
    editor.config.verbatim = stored


def _on_interface(editor: Editor, line: str) -> bool:
    said = line.removeprefix("no ").removeprefix("default ")
    if not ON_INTERFACE.fullmatch(said) or said.startswith(MODELLED_ON_INTERFACE):
        return False
    if said.startswith("ip") and sections.family(said) not in (None, "routing options"):
        return False
    for name, port in list(editor.ports()):
        rest = edited(port.rest, line, lambda said: said.startswith("lldp "))
        editor.config.interfaces[name] = replace(port, rest=rest)
    return True


def _in_vrf(editor: Editor, line: str) -> bool:
    said = line.removeprefix("no ").removeprefix("default ")
    if said.split()[0] not in ("rd", "description", "route-target"):
        return False
    for name in editor.mode.targets:
        if name in editor.config.vrfs:
            editor.config.vrfs[name] = Vrf(edited(editor.config.vrfs[name].rest, line, lambda _rest: False))
    return True


def _in_block(editor: Editor, line: str) -> bool:
    """A line of another section of the margin leaves this one."""
    if sections.OPENERS.fullmatch(line) or sections.OUTSIDE.match(line):
        return False
    opens = sections.NESTED.fullmatch(line) is not None
    path = _parents(editor.mode.targets, line) if opens else editor.mode.targets
    editor.config.verbatim = _deep(editor.config.verbatim, path, lambda blocks: _inside(blocks, line, opens))
    if opens:
        label = "-".join(map(_prompt, (*path, line)))
        editor.mode = Mode("block", label, (*path, line))
    return True


def _parents(path: tuple[str, ...], line: str) -> tuple[str, ...]:
    """Below which sections ``line`` opens a mode, typed in the section at ``path``: its neighbour, unless it is in a
    VRF and ``line`` an address family of that."""
    inside = path[1:2] if sections.PER_VRF.fullmatch(line) else ()
    return (*path[:1], *(vrf for vrf in inside if vrf.startswith("vrf ")))


def _inside(blocks: Blocks, line: str, opens: bool) -> Blocks:
    if opens:
        return blocks if any(block.line == line for block in blocks) else (*blocks, Block(line, mode=True))
    leaves = edited(tuple(b for b in blocks if b.is_leaf), line, lambda _rest: True)
    parts = tuple(b for b in blocks if not b.is_leaf and b.line not in _gone(line))
    return (*leaves, *parts)


def _gone(line: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(word) for word in ("no ", "default ") if line.startswith(word))


def _deep(blocks: Blocks, path: tuple[str, ...], change: Callable[[Blocks], Blocks]) -> Blocks:
    """``blocks`` with ``change`` made to the lines below ``path``."""
    if not path:
        return change(blocks)
    return tuple(replace(b, children=_deep(b.children, path[1:], change)) if b.line == path[0] else b for b in blocks)


def _marked(block: Block, mode: bool) -> Block:
    """The same block, with the mark of a mode on every line that opens one."""
    children = tuple(_marked(child, sections.NESTED.fullmatch(child.line) is not None) for child in block.children)
    return replace(block, children=children, mode=mode and not block.literal)


def _prompt(line: str) -> str:
    if line in PROMPTS:
        return PROMPTS[line]
    words = line.split()
    return PROMPTS.get(words[0]) or "-".join(words[: 1 if words[0] == "role" else 2])
