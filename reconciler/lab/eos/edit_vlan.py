"""`vlan 10,20-22` and what may be said in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from . import ids
from .config import Vlan
from .editor import Commands, Editor, Mode, vlans
from .internal import IN_USE
from .refusal import Refused


def _enter(editor: Editor, vlans: frozenset[int]) -> None:
    """Entering is creating. Raises: Refused for a VLAN that a routed port uses."""
    check_free(editor, vlans)
    for vlan in vlans:
        editor.config.vlans.setdefault(vlan, Vlan())
    editor.mode = Mode("vlan", f"vlan-{ids.compress(vlans)}", tuple(sorted(vlans)))


def check_free(editor: Editor, vlans: Iterable[int]) -> None:
    """Raises: Refused."""
    taken = sorted(set(vlans).intersection(editor.reserved()) - editor.config.vlans.keys())
    if taken:
        raise Refused(IN_USE.format(vlan=taken[0]))


def _remove(editor: Editor, vlans: frozenset[int]) -> None:
    """Ports and SVIs keep their lines; VLAN 1 cannot go. An absent VLAN is no error."""
    for vlan in vlans - {1}:
        editor.config.vlans.pop(vlan, None)


def _name(editor: Editor, word: str) -> None:
    for vlan, body in list(editor.vlans()):
        editor.config.vlans[vlan] = replace(body, name=None if word == default_name(vlan) else word)


def _trunk_group(editor: Editor, word: str) -> None:
    for vlan, body in list(editor.vlans()):
        editor.config.vlans[vlan] = replace(body, trunk_groups=tuple(sorted({*body.trunk_groups, word})))


def _no_trunk_group(editor: Editor, word: str | None = None) -> None:
    for vlan, body in list(editor.vlans()):
        kept = tuple(group for group in body.trunk_groups if word not in (None, group))
        editor.config.vlans[vlan] = replace(body, trunk_groups=kept)


def default_name(vlan: int) -> str:
    return "default" if vlan == 1 else f"VLAN{vlan:04}"


GLOBAL: Commands = {
    "vlan VLANS": _enter,
    "no|default vlan VLANS": _remove,
}
VLAN: Commands = {
    "name WORD": _name,
    "no|default name [IGNORED]": vlans(name=None),
    "state suspend": vlans(suspended=True),
    "state active": vlans(suspended=False),
    "no|default state [IGNORED]": vlans(suspended=False),
    "trunk group WORD": _trunk_group,
    "no|default trunk group [WORD]": _no_trunk_group,
}
