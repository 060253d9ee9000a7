"""Run a command on a host of the lab, at the switch's console, or on the jump host."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import NoReturn

from . import netns, node, switch
from .errors import LabError
from .prerequisites import SYSTEM_PATH
from .state import Lab, Member


def run(lab: Lab, name: str, command: list[str]) -> NoReturn:
    """Become ``command`` on ``name``: its input, output and exit code are the command's own."""
    if name == "jump":
        jump(lab, command)
    member = lab.member(name)
    if member.switch:
        answer, code = on_switch(lab, member, command)
        sys.stdout.write(answer)
        sys.exit(code)
    host(member, command)


def on_switch(lab: Lab, member: Member, command: list[str]) -> tuple[str, int]:
    """What the switch answers, and the exit code: 1 where it refuses a line."""
    answer = switch.cli(lab, member, " ".join(command))
    refused = any(line.startswith("%") for line in answer.splitlines())
    return answer if answer.endswith("\n") or not answer else answer + "\n", int(refused)


def host(member: Member, command: list[str]) -> NoReturn:
    """Become ``command`` as root on a Linux host, in its home directory."""
    _become(*on_host(member, command))


def on_host(member: Member, command: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command line that runs ``command`` as root on a Linux host, in its home directory, and its environment."""
    if member.pid is None or not netns.holds(member.namespace, member.pid):
        raise LabError(f"{member.name} is not running any more: `reconcile lab status` shows what is.")
    places = {"PATH": SYSTEM_PATH, "HOME": "/root", "USER": "root", "SHELL": "/bin/bash"}
    kept = {key: os.environ[key] for key in ("TERM", "LANG", "LC_ALL") if key in os.environ}
    in_home = ["sh", "-c", 'cd && exec "$@"', "sh", *command]
    return node.enter(member, in_home), {**kept, **places}


def jump(lab: Lab, command: list[str]) -> NoReturn:
    """Become ``command`` on the jump host."""
    _become(*on_jump(lab, command))


def on_jump(lab: Lab, command: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command line that runs ``command`` on the jump host, and its environment.

    It has the machine's files, and the lab's network, inventory and documents.
    """
    if not netns.exists(lab.jump_namespace):
        raise LabError(f"Lab {lab.name} has lost its jump host: take it down and up again.")
    environment = {
        **os.environ,
        "RECONCILE_INVENTORY": str(lab.inventory),
        "RECONCILE_STATE": os.environ.get("RECONCILE_STATE") or str(lab.folder / "state"),
        **({"RECONCILE_DESIRED": _desired(lab)} if lab.documents else {}),
        "KUBECONFIG": str(lab.folder / "kubeconfig"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', SYSTEM_PATH)}",
    }
    return ["nsenter", f"--net=/run/netns/{lab.jump_namespace}", "--", *command], environment


def _desired(lab: Lab) -> str:
    """The documents of this very lab, unless the user has chosen others."""
    return os.environ.get("RECONCILE_DESIRED") or str(lab.folder / "desired")


def shell(lab: Lab) -> NoReturn:
    """Become an interactive shell on the jump host, whose prompt says where one is."""
    sys.stderr.write("On the jump host of the lab; `reconcile --dry-run` finds its inventory. Ctrl-D leaves.\n")
    prompt = f'[ -r ~/.bashrc ] && . ~/.bashrc; PS1="({lab.name}) jump:\\w# "'
    jump(lab, ["bash", "-c", f"exec bash --rcfile <(echo {shlex.quote(prompt)})"])


def _become(command: list[str], environment: dict[str, str]) -> NoReturn:
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)  # noqa: S606 - no shell between the user and the command
