"""The inventory that points the reconciler at a lab: what `lab shell` puts into RECONCILE_INVENTORY."""

from __future__ import annotations

from typing import Any

from . import documents, kubernetes, switch
from .kube import kubeconfig
from .state import Lab, Member

SSH_CONFIG = """\
# ssh -F {folder}/ssh_config NODE, on the jump host
Host *
    UserKnownHostsFile {folder}/known_hosts
    IdentityFile {folder}/id_ed25519
    IdentitiesOnly yes
"""


def write(lab: Lab) -> None:
    """Write ``inventory/lab.yaml``, the switches' password files, and what people's own ssh and kubectl need."""
    lab.inventory.mkdir()
    for member in lab.switches:
        path = lab.inventory / f"{member.name}.password"
        path.touch(mode=0o600)
        path.write_text(switch.PASSWORD + "\n", encoding="utf-8")
    documents.write(lab.inventory / "lab.yaml", [_document(lab)])
    for member in lab.nodes:
        if member.kubernetes and member.kubernetes.api:
            text = kubeconfig.render(kubernetes.server(str(member.address)))
            (lab.folder / "kubeconfig").write_text(text, encoding="utf-8")
    hosts = [f"Host {node.name}\n    HostName {node.address}\n    User {node.login}\n" for node in lab.members]
    (lab.folder / "ssh_config").write_text("".join([*hosts, SSH_CONFIG.format(folder=lab.folder)]), encoding="utf-8")


def _document(lab: Lab) -> dict[str, Any]:
    return {
        "apiVersion": "reconciler/v1",
        "kind": "Inventory",
        "metadata": {"name": lab.name},
        "spec": {
            "defaults": {"knownHosts": "../known_hosts"},
            "devices": {member.name: _device(member) for member in lab.members},
        },
    }


def _device(member: Member) -> dict[str, Any]:
    reached = {"host": str(member.address), "username": member.login}
    if member.switch:
        owns = {"vlans": "2-999", "routes": True}
        return {"platform": "arista_eos", **reached, "password": {"file": f"{member.name}.password"}, "owns": owns}
    sudo = {"sudo": True} if member.login == "ops" else {}
    return {"platform": "linux", **reached, "key": "../id_ed25519", **sudo}
