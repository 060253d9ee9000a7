"""Configuration mode without a terminal: a line comes in, a configuration is changed, or the line is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .config import Config, Interface, Vlan


@dataclass(frozen=True, slots=True)
class Mode:
    """Where configuration lines go. ``label`` is the prompt's; ``targets`` what is being configured.

    ``outer``: where leaving leads, the margin if it is absent. Targets: VLAN ids, interface names, the name of a VRF,
    or the lines that lead to an unmodelled section.
    """

    kind: str = "global"
    label: str = ""
    targets: tuple[Any, ...] = ()
    outer: Mode | None = None


GLOBAL = Mode()


@dataclass(slots=True)
class Editor:
    """One place where lines are typed.

    ``present``: whether a physical port has its hardware; ``reserved``: VLANs that routed ports use internally;
    ``banner``: the text of a banner so far, its command first, while one is being typed.
    """

    config: Config
    present: Callable[[str], bool] = field(default=lambda _name: True)
    reserved: Callable[[], Collection[int]] = tuple
    mode: Mode = GLOBAL
    banner: tuple[str, ...] | None = None

    def leave(self) -> bool:
        """One level up; False at the top, where leaving ends configuration."""
        if self.mode.kind == "global":
            return False
        self.mode = self.mode.outer or GLOBAL
        return True

    def vlans(self) -> Iterator[tuple[int, Vlan]]:
        return ((vlan, self.config.vlans[vlan]) for vlan in self.mode.targets if vlan in self.config.vlans)

    def ports(self) -> Iterator[tuple[str, Interface]]:
        return ((name, self.config.interfaces[name]) for name in self.mode.targets if name in self.config.interfaces)

    def change_vlans(self, **values: Any) -> None:
        """Give all VLANs of the mode these values."""
        self.config.vlans.update({vlan: replace(body, **values) for vlan, body in self.vlans()})

    def change_ports(self, **values: Any) -> None:
        """Give all interfaces of the mode these values."""
        self.config.interfaces.update({name: replace(body, **values) for name, body in self.ports()})


Command = Callable[..., str | None]
"""Carries a line out: takes the editor and the line's arguments by name, returns EOS's notices. Raises: Refused."""
Commands = dict[str, Command]
"""By pattern."""


def setting(change: Callable[[Editor], None]) -> Command:
    """A command without arguments and without notices."""

    def command(editor: Editor, /, **_arguments: Any) -> str | None:
        change(editor)
        return None

    return command


def ports(**values: Any) -> Command:
    """A command that gives the interfaces of the mode fixed values."""
    return setting(lambda editor: editor.change_ports(**values))


def vlans(**values: Any) -> Command:
    """A command that gives the VLANs of the mode fixed values."""
    return setting(lambda editor: editor.change_vlans(**values))
