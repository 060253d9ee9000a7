"""The lab's switch: a namespace with the cabled ports, and the process that speaks EOS and forwards in it."""

from __future__ import annotations

import sys

from . import daemons
from .daemons import Daemon
from .errors import LabError
from .keys import HOST_KEY
from .state import Lab, Member

USER, PASSWORD = "admin", "admin"


def furnish(lab: Lab, member: Member, configured: bool) -> None:
    """Write the startup configuration: bare, or the topology's own."""
    text = _startup(member) if configured else f"hostname {member.name}\n!\n"
    (lab.home(member) / "startup-config").write_text(text + _management(lab, member), encoding="utf-8")


def links(lab: Lab, member: Member) -> list[str]:
    """All ports up, the management address, and no default route, as on the seed's switch."""
    ports = ("lo", "eth0", *member.interfaces)
    address = f"address add {member.address}/{lab.management.prefixlen} dev eth0"
    return [address, *(f"link set {port} up" for port in ports)]


def start(lab: Lab, member: Member) -> Daemon:
    """Start the switch's process; it answers on SSH at the management address and on ``cli.sock``."""
    home = lab.home(member)
    options = {
        "--hostname": member.name,
        "--state-dir": str(home),
        "--listen": str(member.address),
        "--host-key": str(home / HOST_KEY),
        "--startup-config": str(home / "startup-config"),
        "--ports": ",".join(("eth0", *member.interfaces)),
    }
    words = [word for option in options.items() for word in option]
    enter = ["nsenter", f"--net=/run/netns/{member.namespace}", "--"]
    command = [*enter, sys.executable, "-m", "reconciler.lab.eos", *words]
    return daemons.start(f"The switch {member.name}", command, home / "eos.log")


def cli(lab: Lab, member: Member, commands: str) -> str:
    """What the switch answers to ``commands`` (one a line), typed at its console."""
    from .eos import local

    try:
        return local.run(lab.home(member) / "cli.sock", commands.splitlines())
    except OSError as error:
        raise LabError(f"{member.name} does not answer at its console: {error.strerror}.") from error


def _startup(member: Member) -> str:
    """The topology's startup configuration, without its end, so that lines can follow."""
    text = member.startup or f"hostname {member.name}"
    return "\n".join(line for line in text.splitlines() if line.strip() != "end") + "\n!\n"


def _management(lab: Lab, member: Member) -> str:
    """What every switch of a lab is given: containerlab, too, sets the address after the startup configuration.

    Its log goes to the jump host: where the reconciler runs, it hears of a change at once.
    """
    return (
        f"logging host {lab.jump.ip}\n!\n"
        f"username {USER} privilege 15 role network-admin secret {PASSWORD}\n!\n"
        f"interface Management0\n   ip address {member.address}/{lab.management.prefixlen}\n!\nend\n"
    )
