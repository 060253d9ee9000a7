"""An Ansible inventory in its INI form: hosts with ranges and variables, ``[group:vars]``, ``[group:children]``."""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from typing import Any

from reconciler.adopt.adopted import Remark
from reconciler.adopt.inventories.ansible_groups import UNGROUPED, Groups, Variables
from reconciler.adopt.inventories.foreign import Said
from reconciler.adopt.inventories.hostnames import BadPattern, names, with_port

SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?")
KINDS = ("hosts", "vars", "children")
NOWHERE = "nowhere"
"""Below a section that is none: what stands there is not of the group before it, and its variables are no hosts."""
LONGEST_VALUE = 1000
"""Characters of a value that is tried as a number or a list; a longer one is a text."""
PORT = "ansible_port"


def read_ini(text: str, file: str, groups: Groups) -> None:
    """Add all that it says; what is not understood is remarked, line by line."""
    group, kind = UNGROUPED, "hosts"
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        found = SECTION.fullmatch(line)
        if found is not None:
            group, kind = found[1], found[2] or "hosts"
            if kind not in KINDS:
                groups.remarks.append(
                    Remark(file, number, f"[{group}:{kind}]", f"a section is one of {', '.join(KINDS)}")
                )
            groups.group(group)
        elif line[0] == "[" and (line[-1] == "]" or "]" not in line):
            kind = NOWHERE
            right = "[group], [group:vars] or [group:children]; left out, with all below it"
            groups.remarks.append(Remark(file, number, "a section", f"expected {right}"))
        elif kind == "hosts":
            _hosts(line, group, (file, number), groups)
        elif kind == "vars":
            _variable(line, group, (file, number), groups)
        elif kind == "children":
            child = line.split("#")[0].strip()
            groups.group(child)
            groups.group(group).children[child] = None


def _hosts(line: str, group: str, at: tuple[str, int], groups: Groups) -> None:
    """``pattern key=value …``; nothing of the line is repeated in a remark, it may hold a password."""
    if groups.is_full:
        return
    try:
        pattern, *pairs = shlex.split(line, comments=True)
        bare, port = with_port(pattern)
        found = names(bare)
    except BadPattern as error:
        groups.remarks.append(Remark(*at, "hosts", str(error)))
        return
    except ValueError:
        groups.remarks.append(Remark(*at, "a line of hosts", "a quote without its end; left out"))
        return
    if "=" in pattern or any("=" not in pair for pair in pairs):
        why = "a word behind the host that is no key=value" if "=" not in pattern else "no host in front of key=value"
        groups.remarks.append(Remark(*at, "a line of hosts", f"{why}; left out"))
        return
    said: dict[str, Any] = {} if port is None else {PORT: port}
    said |= {name: literal(value) for name, _, value in (pair.partition("=") for pair in pairs)}
    for name in found:
        host = groups.host(name, group, *at)
        if host is not None:
            host.variables |= {key: Said(value, *at, name) for key, value in said.items()}


def _variable(line: str, group: str, at: tuple[str, int], groups: Groups) -> None:
    name, sign, value = line.partition("=")
    if not sign:
        groups.remarks.append(Remark(*at, f"a line of [{group}:vars]", "expected key=value; left out"))
        return
    variables: Variables = groups.group(group).variables
    variables[name.strip()] = Said(literal(value.strip()), *at, group)


def literal(text: str) -> Any:
    """As Ansible takes values of INI files: a Python literal where it is one, else a text."""
    if len(text) > LONGEST_VALUE or not text:
        return text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an unknown escape
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    return value if value is None or isinstance(value, (str, int, float, list, dict, tuple)) else text
