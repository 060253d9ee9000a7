"""The same change as a tired engineer would paste it: device by device, the old entry deleted, the new one added."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core.codec import from_json
from reconciler.lab import enter
from reconciler.lab.state import Lab
from reconciler.linux.driver import DROP, LinuxDriver

KUBECTL = "export KUBECONFIG=/etc/kubernetes/admin.conf"
Change = Mapping[str, Any]
"""As `reconcile --dry-run -o json` has it."""


def run(lab: Lab, plan: Mapping[str, Any]) -> None:
    """Carry ``plan`` out on one device after the other; what a device refuses is left as it is."""
    for device in plan["devices"]:
        member = lab.member(device["name"])
        if not device["changes"]:
            continue
        if member.switch:
            typed = [line for change in device["changes"] for line in _switch_lines(change)]
            enter.on_switch(lab, member, ["\n".join(["configure", *typed, "end"])])
        else:
            typed = [line for change in device["changes"] for line in node_lines(change)]
            words, environment = enter.on_host(member, ["sh"])
            script = "\n".join([KUBECTL, *typed])
            subprocess.run(words, input=script, text=True, env=environment, capture_output=True)


def node_lines(change: Change) -> Iterator[str]:
    """Delete what is there, add what is wanted. Of an interface that stays, nobody thinks of what stands on it."""
    commands, kind = change["commands"], change["kind"]
    if kind == "link" and change["verb"] == "update":
        yield from (line for line in commands if line.startswith("ip link "))
        return
    if kind in DROP and kind != "link" and change["verb"] in ("update", "adopt"):
        program = "bridge" if kind == "fdb" else "ip"
        yield f"{program} {DROP[kind](from_json({'kind': kind, **change['before']}, LinuxDriver.kinds))}"
    yield from (line.replace(" replace ", " add ", 1) for line in commands)


def _switch_lines(change: Change) -> Iterator[str]:
    if change["kind"] == "interface" and change["fields"].keys() == {"access"}:
        yield from (f"interface {change['name']}", "no switchport access vlan")
    yield from change["commands"]
