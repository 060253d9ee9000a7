"""Ada, who has a clone of the documents on the jump host and pushes to the service's repository."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.system.machine import Machine

REPOSITORY = "/srv/git/desired.git"
CLONE = "/home/ada/desired"


@dataclass(frozen=True)
class Pusher:
    """A member of the group reconciler; the machine has the package."""

    machine: Machine

    @classmethod
    def arrive(cls, machine: Machine, documents: str) -> Pusher:
        """As a person would: an account, a clone of her own with the ``documents`` in it, the first commit."""
        machine.run("useradd", "ada", "--create-home", "--groups", "reconciler")
        machine.run("cp", "-r", documents, CLONE)
        machine.run("chown", "-R", "ada:ada", CLONE)
        ada = cls(machine)
        ada.git("init", "--quiet", "--initial-branch=main")
        for name, value in {"user.name": "Ada", "user.email": "ada@example.net"}.items():
            ada.git("config", name, value)
        ada.git("remote", "add", "origin", REPOSITORY)
        ada.commit("The lab")
        return ada

    def run(self, *words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.machine.run("runuser", "-u", "ada", "--", "env", "HOME=/home/ada", *words, check=check)

    def git(self, *words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("git", "-C", CLONE, *words, check=check)

    def text(self, name: str) -> Path:
        """A document of hers, as it lies on the machine's disk."""
        return self.machine.root / CLONE.lstrip("/") / name

    def change(self, name: str, old: str, new: str) -> None:
        """Once, at the first place."""
        text = self.text(name).read_text()
        assert old in text
        self.text(name).write_text(text.replace(old, new, 1))

    def route(self, *prefixes: str, node: str = "k01-worker") -> None:
        """Want more routes on a node."""
        text = self.text("nodes.yaml").read_text()
        lines = "".join(f"    - {{dst: {prefix}, via: 10.10.10.1, dev: eth1}}\n" for prefix in prefixes)
        head = rf"(metadata: {{name: {node}}}\n.*?  routes:\n)"
        self.text("nodes.yaml").write_text(re.sub(head, rf"\g<1>{lines}", text, count=1, flags=re.DOTALL))

    def commit(self, subject: str, *options: str) -> str:
        """Its id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={subject}", *options)
        return self.git("rev-parse", "HEAD").stdout.strip()

    def push(self, *options: str, check: bool = True) -> str:
        """What git says to her, without the ``remote:`` before the hooks' lines."""
        said = self.git("push", *options, "origin", "main", check=check).stderr
        return re.sub(r"^remote: (.*?) *$", r"\1", said, flags=re.MULTILINE)
