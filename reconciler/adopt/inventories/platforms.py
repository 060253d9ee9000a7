"""Which of the devices of other tools are ours to reach: Arista EOS switches, and Linux machines over SSH or docker."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.adopt.inventories.foreign import Foreign

EOS = frozenset({"arista.eos.eos", "arista.eos", "eos", "arista_eos", "arista_ceos", "ceos", "arista_veos", "vr-veos"})
"""As Ansible, NAPALM, netmiko and containerlab call it."""
GROUPS = EOS | {"arista"}
"""Groups that say what their hosts are where nothing else does."""
OTHERS = frozenset(
    {"ios", "iosxe", "iosxr", "nxos", "asa", "cisco_ios", "cisco_xe", "cisco_xr", "cisco_nxos", "cisco_iol", "junos"}
    | {"juniper_junos", "vyos", "routeros", "fortios", "panos", "srl", "nokia_srlinux", "sros", "sonic"}
)
CLOUDVISION = frozenset({"cloudvision", "cvp", "cvaas", "cv_server", "cv_servers", "cvp_servers"})
"""Groups of servers that Ansible is told to be EOS, for it speaks their API with the same plugin."""
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
    groups = {group.lower() for group in host.groups}
    if groups & CLOUDVISION:
        raise Elsewhere("its group is that of CloudVision, which is no switch")
    if said in EOS or (not said and (groups & GROUPS) and not groups & LINUX):
        return Platform("arista_eos")
    if not said and not connection and (strange := sorted(groups & OTHERS)):
        raise Elsewhere(f"its group is {strange[0]}, and only Arista EOS and Linux are ours")
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
