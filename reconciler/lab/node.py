"""A Linux host of the lab: the files of its own, and its start as namespaces with a real OpenSSH server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from . import cni, daemons, kubernetes, pods
from .daemons import Daemon
from .errors import LabError
from .kube import kubeconfig
from .prerequisites import find
from .state import Lab, Member

DATA = Path(__file__).parent / "data"
INPUT_LOG = "input.log"
OPS = 60000
"""User and group number of the ordinary user."""

SSHD = """\
HostKey /run/lab/ssh_host_ed25519_key
AuthorizedKeysFile /run/lab/authorized_keys
PidFile /run/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
MaxStartups 200
MaxSessions 100
LogLevel ERROR
SetEnv SHLVL=1
Subsystem sftp internal-sftp
"""
"""No PAM and no reverse look-up: a login costs half of what Debian's defaults make of it. With ``SHLVL`` bash is no
first shell, and reads no ~/.bashrc of whoever brings the lab up (bash(1), "INVOCATION").
"""


def furnish(lab: Lab, member: Member, public_key: str) -> None:
    """Write what the host finds under ``/run/lab`` and in its ``/etc``."""
    home = lab.home(member)
    (home / "authorized_keys").write_text(public_key + "\n", encoding="utf-8")
    (home / "links").write_text("\n".join(_links(lab, member)) + "\n", encoding="utf-8")
    force = "ForceCommand /bin/bash /run/lab/record.sh\n" if lab.record else ""
    (home / "sshd_config").write_text(SSHD + force, encoding="utf-8")
    if lab.record:
        (home / "record.sh").write_text((DATA / "record.sh").read_text(encoding="utf-8"), encoding="utf-8")
        (home / INPUT_LOG).touch()
        (home / INPUT_LOG).chmod(0o666)  # the ordinary user's sessions write it, too
    for name, text in _etc(lab, member).items():
        path = home / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o440 if name in ("shadow", "sudoers") else 0o644)


def start(lab: Lab, member: Member) -> Daemon:
    """Start the host; its ``ready`` line carries the number of its PID 1 on the machine."""
    home, sshd = lab.home(member), find("sshd")
    unshare = ["unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child"]
    command = ["ip", "netns", "exec", member.namespace, *unshare, "sh", str(DATA / "node-init.sh"), member.name]
    return daemons.start(member.name, [*command, str(sshd)], home / "init.log", cwd=home)


def enter(member: Member, command: list[str]) -> list[str]:
    """``command`` as it has to be called to run on the host: within all of its namespaces, not the network alone."""
    if member.pid is None:
        raise LabError(f"{member.name} has not been started.")
    return ["nsenter", "--target", str(member.pid), "--mount", "--uts", "--net", "--pid", "--", *command]


def start_sshd(member: Member) -> None:
    """Start the host's sshd again, where it has died. Raises: LabError."""
    alive = 'read -r pid </run/sshd.pid && kill -0 "$pid"'
    again = f"{find('sshd')} -f /run/lab/sshd_config -E /run/lab/sshd.log"
    ran = subprocess.run(enter(member, ["sh", "-c", f"{alive} || {again}"]), capture_output=True, text=True)
    if ran.returncode:
        raise LabError(f"{member.name}: sshd does not start: {' '.join(ran.stderr.split())}")


def _links(lab: Lab, member: Member) -> list[str]:
    """The host's links at start: all up, the management address and the pods; the rest is for others to configure."""
    lines = [
        "link set lo up",
        f"address add {member.address}/{lab.management.prefixlen} dev eth0",
        *(f"link set {name} up" for name in ("eth0", *member.interfaces)),
        f"route add default via {lab.jump.ip} dev eth0",
    ]
    return [*lines, *(line for pod in member.pods for line in pods.node_links(pod))]


def _etc(lab: Lab, member: Member) -> dict[str, str]:
    """The host's own files in ``/etc``: its name, its neighbours' names, its users."""
    hosts = [f"{other.address} {other.name}" for other in lab.members]
    files = {
        "hostname": member.name + "\n",
        "hosts": "\n".join(["127.0.0.1 localhost", f"{lab.jump.ip} jump", *hosts]) + "\n",
        "passwd": _accounts("passwd", "root:x:0:0:root:/root:/bin/bash", f"ops:x:{OPS}:{OPS}::/home/ops:/bin/bash"),
        "shadow": _accounts("shadow", "root:*:19000::::::", "ops:*:19000::::::"),
        "group": _accounts("group", "root:x:0:", f"ops:x:{OPS}:"),
    }
    if member.login == "ops":
        files["sudoers"] = "root ALL=(ALL:ALL) ALL\nops ALL=(ALL:ALL) NOPASSWD: ALL\n"
    if member.kubernetes and member.kubernetes.api:
        files["kubernetes/admin.conf"] = kubeconfig.render(kubernetes.server("127.0.0.1"))
    if member.kubernetes and lab.overlay.plugins:
        files[cni.CONF] = json.dumps(cni.conf(lab, member), indent=2) + "\n"
    return files


def _accounts(name: str, root: str, ops: str) -> str:
    """The machine's ``/etc/<name>`` with a root that may log in by key, and the ordinary user ``ops``."""
    lines = Path("/etc", name).read_text(encoding="utf-8").splitlines()
    others = [line for line in lines if line.partition(":")[0] not in ("root", "ops")]
    return "\n".join([root, *others, ops]) + "\n"
