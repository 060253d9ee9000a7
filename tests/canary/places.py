"""Where canaries are planted: a switch, nodes, a repository, settings and receivers, each with secrets of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from reconciler.lab.eos import local
from tests.canary.birds import Birds
from tests.source import https
from tests.source.repository import Repository

ROOT = Path(__file__).parents[2]
OWN = "apiVersion: reconciler/v1\n"
STARTUP = """\
hostname ceos01
!
aaa authorization exec default local
!
enable secret {enable}
!
username ops privilege 1 role network-admin secret {switch}
!
username other privilege 15 secret {user}
!
snmp-server community {community} ro
!
ip routing
!
tacacs-server host 10.9.9.9 key 0 {tacacs}
radius-server host 10.9.9.8 key {radius}
!
router bgp 65001
   neighbor 10.0.0.9 remote-as 65009
   neighbor 10.0.0.9 password {bgp}
!
interface Management0
   ip address 172.20.20.2/24
!
end
"""
DOCUMENTS = """\
kind: Switch
metadata: {{name: ceos01}}
spec:
  routing: true
  vlans: {{10: {{name: {name}}}, 20: {{name: Twenty}}}}
  interfaces: {{Ethernet1: {{description: {description}, access: 10}}}}
"""
OTHERS = [
    "kind: Switch\nmetadata: {name: ceos02}\nspec: {vlans: {10: {name: Ten}}}\n",
    *(f"kind: Node\nmetadata: {{name: {name}}}\nspec: {{routes: []}}\n" for name in ("n1", "n2")),
]


def documents(name: str = "Ten", description: str = "one") -> bytes:
    return ("---\n".join(OWN + one for one in [DOCUMENTS.format(name=name, description=description), *OTHERS])).encode()


@dataclass
class Switch:
    """The lab's switch as a process on loopback, without a kernel behind it."""

    folder: Path
    birds: Birds
    port: int = 0

    def __enter__(self) -> Switch:
        self.folder.mkdir()
        self.port = free()
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(self.folder / "key")
        self.public = " ".join(key.export_public_key().decode().split()[:2])
        names = ("enable", "switch", "user", "community", "tacacs", "radius", "bgp")
        startup = self.folder / "startup"
        startup.write_text(STARTUP.format_map({name: self.birds.plant(name) for name in names}))
        options = ["--hostname", "ceos01", "--state-dir", self.folder, "--listen", "127.0.0.1", "--port", self.port]
        options += ["--host-key", self.folder / "key", "--no-dataplane", "--startup-config", startup]
        line = [sys.executable, "-m", "reconciler.lab.eos", *options, "--ports", "eth0,eth1,eth2"]
        self._process = subprocess.Popen(list(map(str, line)), stdout=subprocess.PIPE, cwd=ROOT)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def console(self, *lines: str) -> str:
        return local.run(self.folder / "cli.sock", lines)

    def configure(self, *lines: str) -> None:
        said = self.console("configure", *lines, "end")
        assert "%" not in said, said


@dataclass
class GitHost:
    """A repository behind HTTPS that wants a token."""

    host: https.Host
    repository: Repository

    def push(self, *documents: bytes, subject: str = "Change") -> str:
        tree = self.repository.tree({f"{number}.yaml": one for number, one in enumerate(documents)})
        return self.repository.point(tree, subject=subject)


@contextmanager
def git_host(folder: Path, birds: Birds) -> Iterator[GitHost]:
    (folder / "tls").mkdir(parents=True)
    https.USER, https.TOKEN, before = "deploy", birds.plant("git token"), (https.USER, https.TOKEN)
    try:
        with https.serving(folder, folder / "tls") as host:
            yield GitHost(host, Repository.made(folder / "desired.git"))
    finally:
        https.USER, https.TOKEN = before


@dataclass
class Nest:
    """The daemon's folder: its settings, inventory, files of secrets, and what else it is given."""

    folder: Path
    birds: Birds
    environment: dict[str, str] = field(default_factory=dict)
    tls: int = 0

    def __post_init__(self) -> None:
        for name in ("credentials", "files", "tmp"):
            (self.folder / name).mkdir(parents=True)
        self.hook, self.metrics, self.syslog = free(), free(), free(socket.SOCK_DGRAM)

    def credential(self, name: str, value: str) -> str:
        (self.folder / "credentials" / name).write_text(f"{value}\n")
        return f"{{credential: {name}}}"

    def file(self, name: str, value: str) -> str:
        (self.folder / "files" / name).write_text(f"{value}\n")
        return f"{{file: files/{name}}}"

    def variable(self, name: str, value: str) -> str:
        self.environment[name] = value
        return f"{{env: {name}}}"

    def inventory(self, switch: Switch, more: str = "") -> None:
        birds, reach = self.birds, f"host: 127.0.0.1, port: {switch.port}, username: ops"
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{switch.port} {switch.public}\n")
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", birds.plant("passphrase"), "-f", "key"]
        if not (self.folder / "key").exists():
            subprocess.run(words, cwd=self.folder, check=True)
        birds.known["private key"] = "".join((self.folder / "key").read_text().split("\n")[2:5])
        ways = {
            "ceos01": f"platform: arista_eos, password: {self.credential('switch', birds['switch'])}, "
            f"secret: {self.file('enable', birds['enable'])}, owns: {{vlans: 2-999}}",
            "ceos02": f"platform: arista_eos, password: {self.variable('CEOS02', birds.plant('wrong password'))}",
            "n1": f"platform: linux, password: {self.file('node', birds.plant('node'))}",
            "n2": "platform: linux, key: key",
        }
        devices = "".join(f"    {name}: {{{reach}, {way}}}\n" for name, way in ways.items())
        head = f"{OWN}kind: Inventory\nmetadata: {{name: canary}}\nspec:\n  devices:\n"
        (self.folder / "inventory.yaml").write_text(f"{head}{devices}{more}")

    def settings(self, git: GitHost, receivers: dict[str, str], more: str = "") -> None:
        """``receivers``: each as YAML."""
        birds = self.birds
        hooks = {
            "github": self.variable("GITHUB_HOOK", birds.plant("github")),
            "gitlab": self.file("gitlab", birds.plant("gitlab")),
            "gitea": self.credential("gitea", birds.plant("gitea")),
        }
        webhook = ", ".join(f"{name}: {{secret: {way}}}" for name, way in hooks.items())
        told = "".join(f"      {name}: {way}\n" for name, way in receivers.items())
        self.write(
            f"  source:\n    url: {git.host.url}\n    branch: main\n    interval: 1s\n    ca: {git.host.ca}\n"
            f"    username: deploy\n    token: {self.file('token', birds['git token'])}\n    webhook: {{{webhook}}}\n"
            f"  inventory: inventory.yaml\n  state: state\n  socket: s\n  loop: {{poll: 1s, retry: {{first: 100ms}}}}\n"
            f"  listen: {{webhook: '127.0.0.1:{self.hook}', metrics: '127.0.0.1:{self.metrics}', "
            f"syslog: ['udp://127.0.0.1:{self.syslog}']}}\n"
            f"  log: {{level: debug, format: json}}\n"
            f"  alerts:\n    settle: 100ms\n    group: 1ms\n    interval: 100ms\n    receivers:\n{told}{more}"
        )

    def write(self, spec: str) -> None:
        (self.folder / "config.yaml").write_text(
            f"{OWN}kind: Settings\nmetadata: {{name: canary}}\nspec:\n{spec}", encoding="utf-8"
        )


def free(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
