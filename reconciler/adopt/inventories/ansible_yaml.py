"""An Ansible inventory as YAML, or as `ansible-inventory --list` prints any inventory, a dynamic one, too."""

from __future__ import annotations

import re

from reconciler.adopt.adopted import Remark
from reconciler.adopt.inventories.ansible_groups import ALL, DEEPEST, Groups, Variables
from reconciler.adopt.inventories.foreign import Said
from reconciler.adopt.inventories.hostnames import BadPattern, names
from reconciler.desired.tree import Tree

TAG = re.compile(r"(?<=[:-] )!(?:vault|vault-encrypted|unsafe)(?=\s)")
"""Of Ansible; the values are texts all the same, and those of ansible-vault say themselves what they are."""
BODY = frozenset({"hosts", "vars", "children"})
META = "_meta"


def untagged(text: str) -> str:
    """Line for line, without the tags that only Ansible's own reader knows."""
    return TAG.sub("", text)


def is_inventory(tree: Tree) -> bool:
    """Whether it looks like one: the group of all, or groups whose bodies have nothing but hosts, vars and children."""
    whole = tree.child(ALL)
    if whole is not None and _is_group(whole):
        return True
    bodies = [body.value for body in tree.value.values()] if isinstance(tree.value, dict) else []
    known = [body for body in bodies if isinstance(body, dict) and body.keys() & BODY]
    return bool(known) and all(body is None or (isinstance(body, dict) and body.keys() <= BODY) for body in bodies)


def _is_group(body: Tree) -> bool:
    return isinstance(body.value, dict) and not body.value.keys().isdisjoint(BODY)


def is_listing(tree: Tree) -> bool:
    """Whether it is what `ansible-inventory --list` prints."""
    return isinstance(tree.value, dict) and META in tree.value


def read_yaml(tree: Tree, file: str, groups: Groups) -> None:
    for name, body in tree.value.items():
        _group(name, body, file, groups, 0)


def _group(name: str, body: Tree, file: str, groups: Groups, depth: int) -> None:
    if body.value and not _is_group(body):
        at = (file, body.line)
        groups.remarks.append(Remark(*at, f"group {name}", f"it has none of {', '.join(sorted(BODY))}; left out"))
        return
    group = groups.group(name)
    if not isinstance(body.value, dict) or depth > DEEPEST:
        return
    for key, value in body.value.items():
        inner = value.value if isinstance(value.value, dict) else {}
        if key in BODY and not isinstance(value.value, (dict, type(None))):
            groups.remarks.append(Remark(file, value.line, f"{key} of group {name}", "expected a mapping; left out"))
        if key == "vars":
            group.variables |= variables(value, file, name)
        elif key == "children":
            group.children |= dict.fromkeys(inner)
            for child, below in inner.items():
                _group(child, below, file, groups, depth + 1)
        elif key == "hosts":
            for pattern, said in inner.items():
                _hosts(pattern, said, name, (file, value.keys[pattern][0]), groups)
        else:
            groups.remarks.append(Remark(file, body.keys[key][0], f"{key} of group {name}", "unknown; left out"))


def _hosts(pattern: str, said: Tree, group: str, at: tuple[str, int], groups: Groups) -> None:
    if groups.is_full:
        return
    try:
        found = names(pattern)
    except BadPattern as error:
        groups.remarks.append(Remark(*at, "hosts", str(error)))
        return
    for name in found:
        host = groups.host(name, group, *at)
        if host is not None:
            host.variables |= variables(said, at[0], name)


def variables(tree: Tree, file: str, owner: str) -> Variables:
    """A mapping's values, each with its line; nothing for all else."""
    if not isinstance(tree.value, dict):
        return {}
    return {name: Said(value.plain(), file, value.line, owner) for name, value in tree.value.items()}


def read_listing(tree: Tree, file: str, groups: Groups) -> None:
    """Groups have lists of hosts and of children here, and hosts' variables stand under ``_meta``."""
    for name, body in tree.value.items():
        if name == META or not isinstance(body.value, dict):
            continue
        group = groups.group(name)
        group.variables |= variables(body.child("vars") or Tree(None, 1, 1), file, name)
        group.children |= dict.fromkeys(_texts(body.child("children")))
        for host in _texts(body.child("hosts")):
            groups.host(host, name, file, body.line)
    told = tree.nearest((META, "hostvars"))
    for name, said in told.value.items() if isinstance(told.value, dict) else ():
        if name in groups.hosts:
            groups.hosts[name].variables |= variables(said, file, name)


def _texts(tree: Tree | None) -> list[str]:
    return [str(one.value) for one in tree.value] if tree is not None and isinstance(tree.value, list) else []
