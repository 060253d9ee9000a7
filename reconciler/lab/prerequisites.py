"""What the machine needs before a lab can stand on it: root, iproute2, OpenSSH's server, kubectl, sudo, CNI plugins."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from .errors import LabError


class Tool(NamedTuple):
    """A program and the Debian package that brings it."""

    program: str
    package: str


BASE = (
    Tool("ip", "iproute2"),
    Tool("bridge", "iproute2"),
    Tool("unshare", "util-linux"),
    Tool("nsenter", "util-linux"),
    Tool("mount", "mount"),
    Tool("sshd", "openssh-server"),
)
KUBECTL = Tool("kubectl", "kubernetes-client")
SUDO = Tool("sudo", "sudo")
CNI = tuple(Tool(f"/usr/lib/cni/{plugin}", "containernetworking-plugins") for plugin in ("bridge", "host-local"))

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Daemons live in sbin, which an ordinary user's PATH leaves out."""


def require_root() -> None:
    """Raise unless we may make namespaces."""
    if os.geteuid() != 0:
        raise LabError("The lab makes network namespaces and therefore needs root: run it again with sudo.")


def require(*tools: Tool) -> None:
    """Raise one sentence that names every missing program and the packages to install."""
    missing = [tool for tool in tools if find(tool.program) is None]
    if missing:
        programs = ", ".join(tool.program for tool in missing)
        packages = " ".join(dict.fromkeys(tool.package for tool in missing))
        raise LabError(f"The lab needs {programs}, not found here: apt-get install {packages}")


def find(program: str) -> Path | None:
    """Where ``program`` is, or ``None``."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")
    return Path(found) if found else None
