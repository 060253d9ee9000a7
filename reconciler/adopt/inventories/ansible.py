"""Ansible: one inventory of several files, with what stands beside it, and which of its variables mean what to us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from reconciler.adopt.adopted import NotRead, Remark, Sources, readable
from reconciler.adopt.inventories.ansible_groups import Groups, Variables
from reconciler.adopt.inventories.ansible_yaml import untagged, variables
from reconciler.adopt.inventories.foreign import VAULT, Fact, Foreign, Said
from reconciler.desired.compose import compose

FACTS: Mapping[Fact, tuple[str, ...]] = {
    "host": ("ansible_host", "ansible_ssh_host"),
    "port": ("ansible_port", "ansible_ssh_port"),
    "username": ("ansible_user", "ansible_ssh_user"),
    "password": ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password"),
    "platform": ("ansible_network_os",),
    "connection": ("ansible_connection",),
    "key": ("ansible_private_key_file", "ansible_ssh_private_key_file"),
    "become": ("ansible_become",),
    "method": ("ansible_become_method",),
    "secret": ("ansible_become_password", "ansible_become_pass"),
    "arguments": ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args"),
}
"""Of several names for one thing the last one that is there counts (ansible.builtin.ssh)."""
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,250}")
SUFFIXES = ("", ".yml", ".yaml", ".json")
REFERENCE = re.compile(r"\{\{ *([A-Za-z_]\w*) *\}\}", re.ASCII)
DEEPEST = 5
LONGEST = 1000
MOST_FILES = 2_000


def read_beside(sources: Sources, folder: str, groups: Groups) -> None:
    """group_vars/ and host_vars/ of the inventory's folder, for groups and hosts that there are."""
    left = [MOST_FILES]
    for kind, names, known in (
        ("group_vars", list(groups.groups), groups.group_vars),
        ("host_vars", list(groups.hosts), groups.host_vars),
    ):
        place = PurePosixPath(folder) / kind
        if sources.is_folder(str(place)):
            for name in names:
                said = known.setdefault(name, {})
                for file in _files(sources, place, name):
                    said |= _variables(sources, file, name, groups, left)


def _files(sources: Sources, place: PurePosixPath, name: str) -> Iterator[str]:
    """The first that is there: a file with or without a suffix, or a folder of them."""
    if not SAFE_NAME.fullmatch(name):
        return
    found = next((path for path in (f"{place / name}{suffix}" for suffix in SUFFIXES) if sources.exists(path)), None)
    if found is not None:
        yield from sources.names(found) if sources.is_folder(found) else (found,)


def _variables(sources: Sources, file: str, owner: str, groups: Groups, left: list[int]) -> Variables:
    left[0] -= 1
    if left[0] < 0:
        groups.remarks += [Remark(file, 1, "more files of variables", f"at most {MOST_FILES:,} are read")] * (
            left[0] == -1
        )
        return {}
    try:
        text = readable(sources, file)
    except NotRead as error:
        groups.remarks.append(Remark(file, error.line, error.what, error.right))
        return {}
    if text.lstrip().startswith(VAULT):
        why = "its variables are not known; write by hand what a device needs of them"
        groups.remarks.append(Remark(file, 1, "encrypted with ansible-vault", why))
        return {}
    trees, faults = compose(untagged(text))
    groups.remarks += [Remark(file, fault.line, fault.what, fault.right) for fault in faults]
    return variables(trees[0], file, owner) if trees else {}


def hosts(groups: Groups) -> Iterator[Foreign]:
    """In the order in which they are named."""
    for name, host in groups.hosts.items():
        known = {**groups.variables(name), **_own(name, host.file, host.line)}
        said = {fact: found for fact, names in FACTS.items() if (found := _last(known, names)) is not None}
        facts = {fact: _filled(one, known) for fact, one in said.items()}
        yield Foreign(name, host.file, host.line, facts, groups.of(name))


def _last(known: Variables, names: tuple[str, ...]) -> Said | None:
    found = [known[name] for name in names if name in known and known[name].value is not None]
    return found[-1] if found else None


def _own(name: str, file: str, line: int) -> Variables:
    """What Ansible itself says of each host."""
    short = name.partition(".")[0]
    own = {"inventory_hostname": name, "inventory_hostname_short": short}
    return {key: Said(value, file, line, name) for key, value in own.items()}


def _filled(said: Said, known: Variables) -> Said:
    """``{{ name }}`` with the value of that variable; any other template stays, and is remarked by who needs it."""
    value = said.value
    for _ in range(DEEPEST):
        if not isinstance(value, str) or "{{" not in value or len(value) > LONGEST:
            break
        whole = REFERENCE.fullmatch(value.strip())
        if whole and whole[1] in known:
            value = known[whole[1]].value
        else:
            value = REFERENCE.sub(lambda found: known[found[1]].text if found[1] in known else found[0], value)
    return Said(value, said.file, said.line, said.owner)
