"""Which configuration commands each mode has, and the running of one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import edit_address, edit_interface, edit_routing, edit_system, edit_vlan, verbatim
from .config import Block, Config
from .editor import GLOBAL, Command, Commands, Editor, Mode
from .grammar import Grammar
from .refusal import INVALID, Refused

MARGIN = (edit_system.GLOBAL, edit_vlan.GLOBAL, edit_interface.GLOBAL, edit_routing.GLOBAL)
INSIDE: dict[str, tuple[Commands, ...]] = {
    "global": (),
    "vlan": (edit_vlan.VLAN,),
    "interface": (edit_interface.INTERFACE, edit_address.INTERFACE),
    "vrf": (),
    "block": (),
}


def commands_of(kind: str) -> Iterable[tuple[str, Command]]:
    """All commands of a mode: its own, and those of the margin, which leave it."""
    for commands in (*INSIDE[kind], *MARGIN):
        yield from commands.items()


def _grammar(kind: str) -> Grammar[Command]:
    grammar: Grammar[Command] = Grammar()
    for pattern, command in commands_of(kind):
        grammar.add(pattern, command)
    return grammar


OWN = {kind: [command for commands in tables for command in commands.values()] for kind, tables in INSIDE.items()}
GRAMMARS = {kind: _grammar(kind) for kind in INSIDE}


def load(config: Config, blocks: Iterable[Block]) -> list[str]:
    """Change ``config`` by a whole file; what is refused is left out and comes back, each line with its reason."""
    editor = Editor(config)
    refused: list[str] = []
    for block in blocks:
        editor.mode = GLOBAL
        _load(editor, block, refused)
    return refused


def _load(editor: Editor, block: Block, refused: list[str]) -> None:
    try:
        _line(editor, block)
    except Refused as reason:
        refused.append(f"{block.line}: {reason}")
        return
    if editor.mode.kind != "block":
        mode = editor.mode
        for child in block.children:
            editor.mode = mode
            if mode.kind == "interface" or not child.line.startswith("!!"):
                _load(editor, child, refused)


def _line(editor: Editor, block: Block) -> None:
    """At the margin a line that is no command is a section to keep; inside, a line to keep."""
    try:
        match = GRAMMARS[editor.mode.kind].match(block.line)
    except Refused as reason:
        if str(reason) != INVALID:
            raise
        if editor.mode == GLOBAL:
            verbatim.keep(editor, block)
            editor.mode = Mode("block", targets=(block.line,))
        else:
            verbatim.take(editor, block.line)
        return
    match.command(editor, **match.arguments)


def type_in(editor: Editor, line: str) -> str | None:
    """One line as somebody types it; EOS's notices. Raises: Refused."""
    if verbatim.belongs_inside(editor, line):
        return verbatim.take(editor, line)
    try:
        match = GRAMMARS[editor.mode.kind].match(line)
    except Refused as reason:
        if is_final(editor, reason):
            raise
        return verbatim.take(editor, line)
    return run(editor, match.command, match.arguments)


def is_final(editor: Editor, reason: Refused) -> bool:
    """Whether a line that is no command cannot be one of a section that is kept verbatim, either."""
    return str(reason) != INVALID and editor.mode.kind != "block"


def run(editor: Editor, command: Command, arguments: dict[str, Any]) -> str | None:
    """A command of the margin leaves the mode that it is given in. Raises: Refused, and nothing has changed."""
    mode = editor.mode
    before = dict(editor.config.interfaces) if len(mode.targets) > 1 else editor.config.interfaces
    if command not in OWN[mode.kind]:
        editor.mode = GLOBAL
    try:
        return command(editor, **arguments)
    except Refused:
        editor.mode, editor.config.interfaces = mode, before
        raise
