"""Pods wired as a container runtime does it: Debian's own CNI plugins, run in the node's network namespace.

The network is the one that flannel's plugin delegates to (flannel-io/cni-plugin, flannel_linux.go): a bridge ``cni0``,
addresses by ``host-local`` from the node's pod CIDR, the default route over the bridge. The plugins keep nothing but
addresses taken, below the node's own folder, and links, which go with their namespaces: no DEL is needed.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

from . import blocks
from .daemons import MARK
from .errors import LabError
from .netns import FOLDER
from .prerequisites import SYSTEM_PATH
from .state import Kubernetes, Lab, Member, Pod

PLUGINS = Path("/usr/lib/cni")
"""Where Debian's containernetworking-plugins puts them; elsewhere it is /opt/cni/bin."""
CONF = "cni/net.d/10-flannel.conf"
"""Where a runtime looks for it, below ``/etc``."""
JSON = dict[str, Any]


def conf(lab: Lab, member: Member) -> JSON:
    """The node's network configuration (CNI specification 1.0, section 1)."""
    assert member.kubernetes is not None
    sides = member.kubernetes.sides
    ipam = {
        "type": "host-local",
        "dataDir": str(lab.home(member) / "cni"),
        "ranges": [[{"subnet": str(side.block)}] for side in sides],
        "routes": [{"dst": str(blocks.network(lab.overlay, side.version))} for side in sides],
    }
    bridge = {"bridge": "cni0", "isGateway": True, "isDefaultGateway": True, "hairpinMode": True, "ipMasq": False}
    common = {"cniVersion": "1.0.0", "name": "cbr0", "type": "bridge"}
    return {**common, **bridge, "mtu": lab.overlay.pod_mtu, "ipam": ipam}


def add_all(lab: Lab, members: list[Member]) -> list[Member]:
    """Wire every pod, nodes side by side; return the nodes with what their pods were given."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(partial(_add, lab), members))


def _add(lab: Lab, member: Member) -> Member:
    if member.kubernetes is None:
        return member
    kubernetes = member.kubernetes.model_copy(update={"pods": tuple(_wired(lab, member, member.kubernetes))})
    return member.model_copy(update={"kubernetes": kubernetes})


def _wired(lab: Lab, member: Member, kubernetes: Kubernetes) -> Iterator[Pod]:
    text = json.dumps(conf(lab, member))
    for pod in kubernetes.pods:
        result = _run(member, pod, text)
        addresses = tuple(ip_interface(row["address"]).ip for row in result["ips"])
        veth = next(row["name"] for row in result["interfaces"] if row["name"].startswith("veth"))
        yield pod.model_copy(update={"addresses": addresses, "interface": veth})


def _run(member: Member, pod: Pod, text: str) -> JSON:
    """One ADD; the plugin's error is JSON on its standard output, too."""
    command = ["nsenter", f"--net={FOLDER / member.namespace}", "--", str(PLUGINS / "bridge")]
    parameters = {
        "CNI_COMMAND": "ADD",
        "CNI_CONTAINERID": pod.name,
        "CNI_NETNS": str(FOLDER / pod.namespace),
        "CNI_IFNAME": "eth0",
        "CNI_PATH": str(PLUGINS),
        "PATH": SYSTEM_PATH,
        MARK: os.environ[MARK],
    }
    ran = subprocess.run(command, env=parameters, input=text, text=True, capture_output=True)
    answer = _parsed(ran.stdout)
    if ran.returncode or "ips" not in answer:
        reason = answer.get("msg") or ran.stderr.strip()
        raise LabError(f"{member.name}: the CNI plugin cannot add {pod.name}: {reason}")
    return answer


def _parsed(text: str) -> JSON:
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}
