"""The jump host in arguments of ssh: ``-J``, ``-o ProxyJump=``, and the ProxyCommand that means the same."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from reconciler.desired.device import HOST

COMMAND = re.compile(r"ssh\b(?=.* -W +['\"]?\[?%h\]?:%p)(?P<words>.*)")
TARGET = re.compile(r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?P<host>\[[^\]]+\]|[^:\s]+)(?::(?P<port>\d+))?/?")
HARMLESS = ("controlmaster", "controlpersist", "controlpath", "serveraliveinterval", "serveralivecountmax")
"""They make ssh faster, and change nothing else."""
TAKES_WORD = frozenset("bcDEeFIiJLlmOopQRSWwp")


class Jump(NamedTuple):
    """``user`` and ``port``: as given, empty without."""

    host: str
    user: str = ""
    port: str = ""


def jump(arguments: str) -> tuple[Jump | None, list[str]]:
    """The one jump host, and which arguments mean something that an inventory of ours does not say."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        return None, ["arguments with a quote that does not end"]
    found: list[Jump] = []
    strange: list[str] = []
    for option, value in _options(words):
        if option == "J" or option == "proxyjump":
            found += _targets(value, strange)
        elif option == "proxycommand":
            found += _of_command(value, strange)
        elif option not in HARMLESS:
            strange.append(_called(option))
    if len(found) > 1:
        strange.append("several jump hosts: give each of them a device with a jump of its own")
    return (found[-1] if len(found) == 1 else None), strange


def _called(option: str) -> str:
    """Without its value, and no other word: that may be a password."""
    return f"-o {option}" if len(option) > 1 else f"-{option}" if option else "a word that is no option"


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Letters with their words; of ``-o`` the name in lower case; empty for a word that is no option."""
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-") or len(word) < 2:
            yield "", ""
            continue
        letter, value = word[1], word[2:]
        if letter in TAKES_WORD and not value:
            value = left.pop(0) if left else ""
        if letter == "o":
            name, _, value = value.replace(" ", "=", 1).partition("=") if "=" not in value else value.partition("=")
            yield name.strip().lower(), value.strip()
        else:
            yield letter, value


def _targets(text: str, strange: list[str]) -> list[Jump]:
    found = [TARGET.fullmatch(one.strip()) for one in text.split(",")]
    if text == "none":
        return []
    if not all(found):
        strange.append("a jump host that is none")
        return []
    jumps = [Jump(one["host"].strip("[]"), one["user"] or "", one["port"] or "") for one in found if one is not None]
    usable = [one for one in jumps if HOST.fullmatch(one.host)]
    strange += ["a jump host that is none"] * (len(jumps) - len(usable))
    return usable


def _of_command(text: str, strange: list[str]) -> list[Jump]:
    """``ssh -W %h:%p -q ops@bastion``."""
    command = COMMAND.fullmatch(text)
    if command is None:
        strange.append("-o proxycommand")
        return []
    words = command["words"].split()
    options = {place for place, word in enumerate(words) if word.startswith("-")}
    taken = {place + 1 for place in options if len(words[place]) == 2 and words[place][1] in TAKES_WORD}
    bare = [word for place, word in enumerate(words) if place not in options | taken]
    port = next((words[place + 1] for place in options if words[place] == "-p" and place + 1 < len(words)), "")
    if len(bare) != 1:
        strange.append("-o proxycommand")
        return []
    found = _targets(bare[0], strange)
    return [one._replace(port=one.port or port) for one in found]
