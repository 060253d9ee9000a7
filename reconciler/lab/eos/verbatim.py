"""Sections that are not modelled: typed lines are kept as they are, in their place; a `no` takes them away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import bgp, logging_lines, nesting, port_lines, sections
from .blocks import BANNER, END_OF_TEXT
from .config import Block, Vrf
from .editor import GLOBAL, Editor, Mode
from .refusal import INCOMPLETE, INVALID, Refused

Blocks = tuple[Block, ...]
BGP = "router bgp "
ENTER_TEXT = f"Enter TEXT message. Type '{END_OF_TEXT}' on its own line to end."
IN_VRF = ("description", "rd", "route-target")
"""What may be said in a VRF, in the order in which it is shown."""
PROMPTS = {"management api http-commands": "mgmt-api-http-cmds", "address-family": "af", "mlag configuration": "mlag"}


def take(editor: Editor, line: str) -> str | None:
    """Keep ``line``, whose words are none of the modelled commands; EOS's notice. Raises: Refused."""
    take_in = {"interface": _on_interface, "vrf": _in_vrf, "block": _in_block}.get(editor.mode.kind)
    if take_in is None or not take_in(editor, line):
        return _at_margin(editor, line)
    return None


def belongs_inside(editor: Editor, line: str) -> bool:
    """Whether the section being edited has a mode of this name below it, whatever else the line could mean."""
    path = editor.mode.targets
    return editor.mode.kind == "block" and (nesting.opens(path, line) or nesting.is_line(path, line))


def banner_line(editor: Editor, line: str) -> None:
    """A line of a banner as it is typed; the one that ends it puts the banner into the configuration."""
    assert editor.banner is not None
    head, *text = editor.banner = (*editor.banner, line.rstrip())
    if line.strip() == END_OF_TEXT:
        editor.banner = None
        keep(editor, Block(head, tuple(map(Block, text)), literal=True))


def keep(editor: Editor, block: Block) -> None:
    """A whole section out of a file. Raises: Refused."""
    if sections.family(block.line) is None:
        raise Refused(INVALID)
    if block.line.split()[:2] == bgp.SECTION.split():
        block = replace(block, line=bgp.head(block.line, editor.config.verbatim))
    if sections.family(block.line) == sections.LOGGING:
        block = replace(block, line=logging_lines.canonical(block.line))
    marked = _marked(block, (), sections.OPENERS.fullmatch(block.line) is not None)
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
    if any(block.line == line for block in blocks):
        return blocks
    return (*(block for block in blocks if block.line != f"no {line}"), Block(line))


def _without(blocks: Blocks, beginning: str) -> Blocks:
    gone = (beginning, f"no {beginning}")
    return tuple(b for b in blocks if not (b.line in gone or b.line.startswith(beginning + " ")))


def _in_place(blocks: Blocks, line: str) -> Blocks | None:
    """A setting with one value stands where its old value stood; None where it had none."""
    alone = sections.ALONE.match(line)
    if alone is None or not any(block.line.startswith(alone[0] + " ") for block in blocks):
        return None
    return tuple(Block(line) if block.line.startswith(alone[0] + " ") else block for block in blocks)


def _replaced(blocks: Blocks, line: str) -> Blocks:
    """Without the old value of a setting that has one."""
    alone = sections.ALONE.match(line)
    return _without(blocks, alone[0]) if alone else blocks


def _at_margin(editor: Editor, line: str) -> str | None:
    if sections.family(line) is None:
        raise Refused(INVALID)
    if BANNER.fullmatch(line):
        editor.mode, editor.banner = GLOBAL, (line,)
        return ENTER_TEXT
    verbatim = editor.config.verbatim
    if sections.OPENERS.fullmatch(line):
        if line.split()[:2] == bgp.SECTION.split():
            line = bgp.head(line, verbatim)
        if not any(block.line == line for block in verbatim):
            editor.config.verbatim = (*verbatim, Block(line, mode=True))
        editor.mode = _mode((line,))
        return None
    editor.mode = GLOBAL
    if sections.family(line) == sections.LOGGING:
        line = logging_lines.canonical(line)
    editor.config.verbatim = _in_place(verbatim, line) or edited(
        verbatim, line, lambda rest: sections.NEGATED.match(rest) is not None
    )
    return None


def _on_interface(editor: Editor, line: str) -> bool:
    said = line.removeprefix("no ").removeprefix("default ")
    elsewhere = said.startswith("ip") and sections.family(said) not in (None, "routing options")
    if elsewhere or not port_lines.may_say(said):
        return False
    for name, port in list(editor.ports()):
        editor.config.interfaces[name] = replace(port, rest=port_lines.put(port.rest, line))
    return True


def _in_vrf(editor: Editor, line: str) -> bool:
    word = line.removeprefix("no ").removeprefix("default ").split()[0]
    if word not in IN_VRF:
        return False
    if line == word:
        raise Refused(INCOMPLETE)
    for name in editor.mode.targets:
        if name in editor.config.vrfs:
            before = editor.config.vrfs[name].rest
            others = before if word == "route-target" else tuple(b for b in before if not b.line.startswith(word + " "))
            after = edited(others, line, lambda _rest: False)
            editor.config.vrfs[name] = Vrf(tuple(sorted(after, key=_vrf_order)))
    return True


def _vrf_order(block: Block) -> tuple[int, str]:
    return (IN_VRF.index(block.line.split()[0]), block.line)


def _in_block(editor: Editor, line: str) -> bool:
    """A line of another section of the margin leaves this one."""
    targets = editor.mode.targets
    opens = nesting.opens(targets, line)
    if not opens and _leaves(targets[0], line):
        return False
    path = nesting.parents(targets, line) if opens else targets
    change = _opened if opens else _said_in(targets[0])
    try:
        editor.config.verbatim = _deep(editor.config.verbatim, path, lambda blocks: change(blocks, line))
    except Refused:
        if sections.family(line) is None:
            raise
        return False
    if opens:
        editor.mode = _mode((*path, line))
    return True


def _mode(path: tuple[str, ...]) -> Mode:
    return Mode("block", "-".join(map(_prompt, path)), path, _mode(path[:-1]) if path[1:] else None)


def _leaves(section: str, line: str) -> bool:
    """Whether ``line`` belongs to the margin rather than to ``section``."""
    if sections.OPENERS.fullmatch(line) or sections.OUTSIDE.match(line):
        return True
    return sections.family(line) is not None and nesting.is_strange(section, line)


def _said_in(section: str) -> Callable[[Blocks, str], Blocks]:
    return bgp.put if section.startswith(BGP) else _inside


def _opened(blocks: Blocks, line: str) -> Blocks:
    if any(block.line == line for block in blocks):
        return blocks
    return bgp.ordered((*blocks, Block(line, mode=True)))


def _inside(blocks: Blocks, line: str) -> Blocks:
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


def _marked(block: Block, path: tuple[str, ...], mode: bool) -> Block:
    """The same block, with the mark of a mode on every line that opens one, and in canonical order."""
    here = (*path, block.line)
    children = tuple(
        _marked(child, here, len(here) < 3 and nesting.opens(here, child.line)) for child in block.children
    )
    if here[0].startswith(BGP):
        children = bgp.ordered(children)
    return replace(block, children=children, mode=mode and not block.literal)


def _prompt(line: str) -> str:
    if line in PROMPTS:
        return PROMPTS[line]
    words = line.split()
    return PROMPTS.get(words[0]) or "-".join(words[: 1 if words[0] == "role" else 2])
