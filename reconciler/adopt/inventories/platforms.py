"""Which of the devices of other tools are ours to reach: Arista EOS switches, and Linux machines over SSH or docker."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.adopt.inventories.foreign import Foreign

EOS = frozenset({"arista.eos.eos", "arista.eos", "eos", "arista_eos", "arista_ceos", "ceos", "arista_veos", "vr-veos"})
"""As Ansible, NAPALM, netmiko and containerlab call it."""
LINUX = frozenset({"linux", "linux_ssh", "ext-container"})
OVER_SSH = frozenset({"", "ssh", "smart", "paramiko", "paramiko_ssh", "libssh"})
OVER_NETWORK = frozenset({"network_cli", "netconf", "httpapi", "local"})
INTO_CONTAINER = {"docker": "docker", "podman": "podman"}
KINDS = frozenset({"arista_ceos", "ceos", "arista_veos", "linux", "ext-container"})
"""Groups into which containerlab sorts the nodes of its inventory, as far as they are ours."""
MARK = "ansible_httpapi_use_proxy"
"""A variable of all hosts in the inventories that containerlab makes."""


class Platform(NamedTuple):
    """``name``: ours. ``runtime``: whose container it is, where it is entered so."""

    name: str
    runtime: str = ""


class Elsewhere(Exception):
    """A device that is not for us; the text says why."""


def platform(host: Foreign, *, by_containerlab: bool) -> Platform:
    """Raises: Elsewhere."""
    said = host.text("platform").lower()
    connection = host.text("connection").rpartition(".")[2].lower()
    kinds = KINDS & set(host.groups)
    if said in EOS or (not said and kinds & EOS):
        return Platform("arista_eos")
    if said and said not in LINUX:
        raise Elsewhere(f"its platform is {said!r}, and only Arista EOS and Linux are ours")
    if connection in INTO_CONTAINER:
        return Platform("linux", INTO_CONTAINER[connection])
    if by_containerlab:
        if not kinds:
            raise Elsewhere(f"containerlab has it as {', '.join(host.groups[1:]) or 'nothing'}")
        return Platform("linux", "docker")
    if connection in OVER_NETWORK:
        raise Elsewhere(f"it is reached by {connection}, and nothing says that it is Arista EOS (ansible_network_os)")
    if connection not in OVER_SSH:
        raise Elsewhere(f"it is reached by {connection!r}, and not over SSH")
    return Platform("linux")
