"""Bring a lab up and down: namespaces, cables, hosts, the switch, the cluster, pods."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

from . import (
    cni,
    daemons,
    desired,
    folder,
    inventory,
    keys,
    kubernetes,
    limits,
    netns,
    node,
    pods,
    prerequisites,
    switch,
    wiring,
)
from .errors import LabError
from .state import INDEX, Lab, Member, checked_name, find


def check(lab: Lab) -> None:
    """Raise unless the machine has the programs that this lab needs, and the topology what its overlay needs."""
    needed = list(prerequisites.BASE)
    if any(member.kubernetes for member in lab.nodes):
        needed.append(prerequisites.KUBECTL)
    if any(member.login == "ops" for member in lab.nodes):
        needed.append(prerequisites.SUDO)
    if lab.overlay.plugins:
        needed += prerequisites.CNI
    prerequisites.require(*needed)
    if lab.documents:
        desired.check(lab)


def up(lab: Lab, configured: bool) -> Lab:
    """Bring ``lab`` up in its claimed folder, bare or ``configured``; what fails halfway is taken down again."""
    try:
        with folder.locked(lab.folder), daemons.marked(lab.name):
            lab.save()
            _furnish(lab, configured)
            running = _start(lab)
            running.save()
            if configured:
                _configure(running)
            return running
    except BaseException:
        down(lab.name)
        raise


def down(name: str) -> bool:
    """End the lab ``name`` and remove all of it, however far its `up` got; ``False``: there was nothing."""
    entry = INDEX / checked_name(name)
    if not entry.is_symlink() and not entry.exists():
        return False
    if not entry.exists():  # killed between the link and the folder
        folder.remove(name, made=False)
        return True
    with folder.locked(entry.resolve()):
        lab = find(name)
        if lab is not None:
            _end(lab)
        folder.remove(name, made=lab.made_folder if lab else not entry.is_symlink())
    return True


def _furnish(lab: Lab, configured: bool) -> None:
    for member in lab.members:
        lab.home(member).mkdir(parents=True)
    public_key = keys.make(lab)
    for member in lab.nodes:
        node.furnish(lab, member, public_key)
        if _has_api(member):
            kubernetes.furnish(lab, member)
    for member in lab.switches:
        switch.furnish(lab, member, configured)
    inventory.write(lab)
    if lab.documents:
        desired.write(lab)


def _start(lab: Lab) -> Lab:
    """Start everything side by side: the switch first, it takes longest; the API waits for its node alone."""
    _wire(lab)
    consoles = [(member, switch.start(lab, member)) for member in lab.switches]
    hosts = [(member, node.start(lab, member)) for member in sorted(lab.nodes, key=_has_api, reverse=True)]
    netns.batch(wiring.jump(lab), lab.jump_namespace)
    netns.batches((pod.namespace, pods.links(pod)) for member in lab.nodes for pod in member.pods)
    running = {member.name: _after(member, pid=int(daemon.wait()[0])) for member, daemon in hosts}
    apis = [(member, kubernetes.start(lab, member)) for member in running.values() if _has_api(member)]
    if lab.overlay.plugins:
        running |= {member.name: member for member in cni.add_all(lab, list(running.values()))}
    for member, daemon in apis:
        daemon.wait()
        running[member.name] = _after(running[member.name], api_pid=daemon.process.pid)
    for member, daemon in consoles:
        daemon.wait()
        running[member.name] = _after(member, pid=daemon.process.pid)
    return lab.model_copy(update={"members": tuple(running[member.name] for member in lab.members)})


def _wire(lab: Lab) -> None:
    limits.make_room(lab)
    netns.batch(wiring.make(lab))
    for namespace in (lab.jump_namespace, *(member.namespace for member in lab.switches)):
        netns.within(namespace, _forward_nothing)
    if 6 in lab.overlay.versions:
        for pod in (pod for member in lab.nodes for pod in member.pods):
            netns.within(pod.namespace, pods.no_duplicates)
    netns.batches((member.namespace, switch.links(lab, member)) for member in lab.switches)


def _has_api(member: Member) -> bool:
    return member.kubernetes is not None and member.kubernetes.api


def _after(member: Member, **pids: int) -> Member:
    return member.model_copy(update=pids)


def _forward_nothing() -> None:
    """A new namespace inherits the machine's forwarding; the jump host has none, the switch only what EOS says."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("0", encoding="ascii")


def _configure(lab: Lab) -> None:
    """Run the topology's ``exec`` lines on each host, as containerlab does once everything is up."""
    for member in lab.nodes:
        for line in member.exec:
            command = node.enter(member, shlex.split(line))
            ran = subprocess.run(command, capture_output=True, text=True)
            if ran.returncode:
                raise LabError(f"{member.name}: `{line}` failed: {' '.join(ran.stderr.split())}")


def _end(lab: Lab) -> None:
    """Kill every process of the lab, then delete its namespaces; their links and mounts go with them."""
    deadline = time.monotonic() + folder.PATIENCE
    while pids := daemons.of(lab.name, lab.namespaces):
        for pid in pids:
            _kill(pid)
        if time.monotonic() > deadline:
            raise LabError(f"Processes of lab {lab.name} do not end: {' '.join(map(str, pids))}.")
        time.sleep(0.01)
    netns.batch((f"netns delete {name}" for name in lab.namespaces if netns.exists(name)), force=True)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
