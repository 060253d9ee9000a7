"""How to reach a Linux node: host, login, host keys, time limits, and the shell to work in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SshSettings:
    """One login. Nothing else is used: no environment, no agent, no key and no configuration of our own user's.

    ``key`` is a private key's file; ``known_hosts`` a file as OpenSSH keeps it. Timeouts in seconds. ``sudo`` works in
    a root shell (``sudo -n``), ``shell`` in another one (``docker exec -i k01-worker2 sh``). ``prologue`` is run once
    in every new shell, for what programs have to find in their environment.
    """

    host: str
    username: str
    known_hosts: Path
    port: int = 22
    key: Path | None = None
    password: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    command_timeout: float = 30.0
    sudo: bool = False
    shell: str | None = None
    prologue: str = ""
    jump: SshSettings | None = None

    def __str__(self) -> str:
        return self.host if self.port == 22 else f"{self.host} port {self.port}"

    @property
    def command(self) -> str:
        """What the login runs: a shell that reads from its standard input.

        sudo drops the environment: who is connected (SSH_CONNECTION) is handed on, so that the session is protected.
        """
        if self.shell is not None:
            return f"sudo -n {self.shell}" if self.sudo else self.shell
        if self.sudo:
            return """exec sudo -n sh -c 'export SSH_CONNECTION="$0"; exec sh' "$SSH_CONNECTION\""""
        return "exec sh"
