"""`interface ...` and everything of layer 2 that may be said in it."""

from __future__ import annotations

from dataclasses import replace

from . import ids, names
from .config import Interface, Vlan
from .edit_vlan import check_free
from .editor import GLOBAL as TOP
from .editor import Commands, Editor, Mode, ports
from .refusal import Refused

ABSENT = "! Interface does not exist. The configuration will not take effect until the module is inserted."


def _enter(editor: Editor, interfaces: tuple[str, ...]) -> str | None:
    for name in interfaces:
        editor.config.interfaces.setdefault(name, Interface())
    editor.mode = Mode("interface", f"if-{names.joined(interfaces)}", interfaces)
    absent = [name for name in interfaces if names.device(name) and not editor.present(name)]
    return ABSENT if absent else None


def _remove(editor: Editor, interfaces: tuple[str, ...]) -> None:
    """An absent interface is no error; a port that is there stays."""
    if any(names.kind(name) in names.PHYSICAL and editor.present(name) for name in interfaces):
        raise Refused("% Removal of physical interfaces is not permitted")
    for name in interfaces:
        editor.config.interfaces.pop(name, None)
    editor.mode = TOP


def _reset(editor: Editor, interfaces: tuple[str, ...]) -> None:
    """`default interface` empties the section and keeps it."""
    for name in interfaces:
        if name in editor.config.interfaces:
            editor.config.interfaces[name] = Interface()


def _describe(editor: Editor, line: str) -> None:
    editor.change_ports(description=line)


def _mtu(editor: Editor, mtu: int) -> None:
    editor.change_ports(mtu=mtu)


def _switchport(editor: Editor) -> None:
    editor.change_ports(switchport=True if editor.config.routed_by_default else None)


def _no_switchport(editor: Editor) -> None:
    editor.change_ports(switchport=False)


def _access(editor: Editor, vlan: int) -> str | None:
    """EOS makes the VLAN of an access port where there is none. Raises: Refused for one that a routed port uses."""
    check_free(editor, {vlan})
    editor.change_ports(access_vlan=vlan)
    if vlan in editor.config.vlans:
        return None
    editor.config.vlans[vlan] = Vlan()
    return f"! Access VLAN does not exist. Creating vlan {vlan}"


def _mode(editor: Editor, mode: str) -> None:
    editor.change_ports(mode=mode)


def _native(editor: Editor, vlan: int) -> None:
    editor.change_ports(native_vlan=vlan)


def _allow_only(editor: Editor, vlans: frozenset[int]) -> None:
    editor.change_ports(allowed=vlans)


def _allow_except(editor: Editor, vlans: frozenset[int]) -> None:
    editor.change_ports(allowed=ids.ALL_VLANS - vlans)


def _allow_also(editor: Editor, vlans: frozenset[int]) -> None:
    for name, port in list(editor.ports()):
        editor.config.interfaces[name] = replace(port, allowed=port.allowed | vlans)


def _allow_no_more(editor: Editor, vlans: frozenset[int]) -> None:
    for name, port in list(editor.ports()):
        editor.config.interfaces[name] = replace(port, allowed=port.allowed - vlans)


def _group(editor: Editor, word: str) -> None:
    for name, port in list(editor.ports()):
        editor.config.interfaces[name] = replace(port, trunk_groups=tuple(sorted({*port.trunk_groups, word})))


def _no_group(editor: Editor, word: str | None = None) -> None:
    for name, port in list(editor.ports()):
        kept = tuple(group for group in port.trunk_groups if word not in (None, group))
        editor.config.interfaces[name] = replace(port, trunk_groups=kept)


def _channel(editor: Editor, group: int, mode: str) -> None:
    """The Port-Channel comes into being with its first member; static and LACP members do not mix."""
    others = [port for name, port in editor.config.interfaces.items() if name not in editor.mode.targets]
    modes = {port.channel_group[1] for port in others if port.channel_group and port.channel_group[0] == group}
    if any((other == "on") != (mode == "on") for other in modes):
        raise Refused("% Cannot change mode; remove all members and try again.")
    editor.change_ports(channel_group=(group, mode))
    editor.config.interfaces.setdefault(f"Port-Channel{group}", Interface())


GLOBAL: Commands = {
    "interface INTERFACES": _enter,
    "no interface INTERFACES": _remove,
    "default interface INTERFACES": _reset,
}
INTERFACE: Commands = {
    "description LINE": _describe,
    "no|default description [IGNORED]": ports(description=None),
    "shutdown": ports(shutdown=True),
    "no|default shutdown": ports(shutdown=False),
    "mtu MTU": _mtu,
    "no|default mtu [IGNORED]": ports(mtu=None),
    "autostate": ports(autostate=True),
    "default autostate": ports(autostate=True),
    "no autostate": ports(autostate=False),
    "switchport": _switchport,
    "default switchport": ports(switchport=None),
    "no switchport": _no_switchport,
    "switchport access vlan VLAN": _access,
    "no|default switchport access vlan [IGNORED]": ports(access_vlan=1),
    "switchport mode mode=access|trunk|dot1q-tunnel": _mode,
    "no|default switchport mode [IGNORED]": ports(mode="access"),
    "switchport trunk native vlan VLAN": _native,
    "no|default switchport trunk native vlan [IGNORED]": ports(native_vlan=1),
    "switchport trunk allowed vlan VLANS": _allow_only,
    "switchport trunk allowed vlan add VLANS": _allow_also,
    "switchport trunk allowed vlan remove VLANS": _allow_no_more,
    "switchport trunk allowed vlan except VLANS": _allow_except,
    "switchport trunk allowed vlan all": ports(allowed=ids.ALL_VLANS),
    "switchport trunk allowed vlan none": ports(allowed=frozenset()),
    "no|default switchport trunk allowed vlan [IGNORED]": ports(allowed=ids.ALL_VLANS),
    "switchport trunk group WORD": _group,
    "no|default switchport trunk group [WORD]": _no_group,
    "channel-group GROUP mode mode=on|active|passive": _channel,
    "no|default channel-group [IGNORED]": ports(channel_group=None),
}
