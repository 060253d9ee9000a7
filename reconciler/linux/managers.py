"""Who else manages a node's interfaces (systemd-networkd, NetworkManager), and how to keep them off what we write.

Both delete what they have not configured themselves: networkd when it starts and whenever it configures an interface
again (networkd.conf(5), ManageForeignRoutes=; ``link_drop_foreign_config`` in systemd's src/network/networkd-link.c
also drops addresses, neighbours and rules, unless KeepConfiguration=yes), NetworkManager when it activates an interface
again. netplan only writes files for one of the two. Of networkd.conf(5) KeepConfiguration= does not save routes of
other protocols than static and dhcp, so routes are warned about all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from reconciler.core.driver import Advice, Answer
from reconciler.core.words import printable
from reconciler.linux.words import Row

NETWORKD, NETWORK_MANAGER = "systemd-networkd", "NetworkManager"
LINKS, DEVICES = "/run/systemd/netif/links", "/run/NetworkManager/devices"
"""A file each for every interface, named by its index; private to the daemons, and the only cheap way to know."""
FOLDERS = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")
"""Of files with one name the first counts (networkd.conf(5), CONFIGURATION DIRECTORIES AND PRECEDENCE)."""
KEYS = "NETWORK_FILE|KeepConfiguration|ManageForeignRoutes|ManageForeignRoutingPolicyRules|managed|connection-uuid"
FOUND = re.compile(rf"(?P<file>/[^:]*):\s*(?P<key>ADMIN_STATE|{KEYS})\s*=\s*(?P<value>.*?)\s*", re.ASCII)
TRUE = ("1", "yes", "y", "true", "t", "on")
"""systemd.syntax(7), booleans; any case."""
OUR_FILE = "reconciler.conf"
ROWS = frozenset({"address", "neighbour"})


def question(root: str = "") -> str:
    """What tells it, for ``sh``: nothing is started on a node on which neither of the two runs (it has no cgroup).

    ``root``: where the node's files are. The answer: a line of those that run; then every networkd.conf, and, with
    its file's name, each line that matters. ``u`` is for unmanaged. There may be hundreds of interfaces: one `grep`.
    """
    conf = " ".join(f"{root}{folder}/networkd.conf {root}{folder}/networkd.conf.d/*.conf" for folder in FOLDERS)
    networks = " ".join(f"{root}{f}/network/*.network {root}{f}/network/*.network.d/*.conf" for f in FOLDERS)
    group = f"{root}/sys/fs/cgroup"
    return (
        f"set --; for daemon in {NETWORKD} {NETWORK_MANAGER}; do "
        f'! [ -d "{group}/system.slice/$daemon.service" -o -d "{group}/systemd/system.slice/$daemon.service" ] '
        '|| set -- "$@" "$daemon"; done; '
        f'[ $# -eq 0 ] || {{ echo "$*"; for file in {conf}; do ! [ -e "$file" ] || echo "$file"; done; '
        f"grep -EHs '^[[:space:]]*(ADMIN_STATE=[^u]|({KEYS})[[:space:]]*=)' "
        f"{root}{LINKS}/* {root}{DEVICES}/* {conf} {networks}; }}; :"
    )


QUESTION = question()


@dataclass(frozen=True, slots=True)
class _Told:
    """The answer: which daemons run, which files of networkd.conf there are, and the lines by their file."""

    daemons: frozenset[str]
    files: Sequence[str]
    lines: Mapping[str, Mapping[str, str]]

    @classmethod
    def by(cls, text: str) -> _Told:
        daemons, *rest = text.splitlines() or [""]
        lines: dict[str, dict[str, str]] = {}
        for match in filter(None, map(FOUND.fullmatch, rest)):
            lines.setdefault(match["file"], {})[match["key"]] = printable(match["value"])
        return cls(frozenset(daemons.split()), [line for line in rest if line.endswith(".conf")], lines)

    def of(self, folder: str, links: Iterable[Row]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The names of the interfaces that a daemon has a file of, and what is in it."""
        for row in links:
            if said := self.lines.get(f"{folder}/{row.get('ifindex')}"):
                yield row["ifname"], said

    def setting(self, key: str) -> bool:
        """Of networkd.conf; what is not set is on. A drop-in counts more than the file, a later name more."""
        order: dict[str, str] = {}
        for folder in reversed(FOLDERS):
            order |= {
                PurePosixPath(file).name: file for file in self.files if file.startswith(f"{folder}/networkd.conf.d/")
            }
        main = [file for folder in FOLDERS for file in self.files if file == f"{folder}/networkd.conf"]
        values = [
            self.lines.get(file, {}).get(key, "") for file in (*main[:1], *(order[name] for name in sorted(order)))
        ]
        return next(filter(None, reversed(values)), "yes").lower() in TRUE

    def keeps(self, network: str) -> bool:
        """Whether a .network file says KeepConfiguration=yes, itself or in a drop-in (systemd.network(5))."""
        name = PurePosixPath(network).name
        dropped = [file for file in self.lines if PurePosixPath(file).parent.name == f"{name}.d"]
        files = (network, *sorted(dropped, key=lambda file: PurePosixPath(file).name))
        values = [self.lines.get(file, {}).get("KeepConfiguration", "") for file in files]
        return next(filter(None, reversed(values)), "no").lower() in TRUE


def read(answer: Answer, links: Iterable[Row]) -> tuple[Advice, ...]:
    """What to change, and for whom it matters. ``links``: of `ip address show`. What is not understood is nothing."""
    told, rows = _Told.by(answer.text), list(links)
    found: list[Advice] = []
    if NETWORKD in told.daemons:
        found += _networkd(told, rows)
    if NETWORK_MANAGER in told.daemons:
        found += _network_manager(told, rows)
    return tuple(found)


def _networkd(told: _Told, links: Sequence[Row]) -> Iterator[Advice]:
    managed = {
        name: said["NETWORK_FILE"]
        for name, said in told.of(LINKS, links)
        if {"ADMIN_STATE", "NETWORK_FILE"} <= said.keys()
    }
    for name, network in managed.items():
        by = f"{NETWORKD} manages {name} by {network}{' (made by netplan)' if 'netplan' in network else ''}"
        if told.setting("ManageForeignRoutes"):
            yield Advice(
                f"{by} and deletes routes that it does not know: {_globally('ManageForeignRoutes')}",
                frozenset({"route"}),
                name,
            )
        if not told.keeps(network):
            below = f"/etc/systemd/network/{PurePosixPath(network).name}.d/{OUR_FILE}"
            what = "deletes addresses and neighbours that it does not know: "
            what += f"put KeepConfiguration=yes below [Network] in {below}"
            yield Advice(f"{by} and {what}", ROWS, name)
    if managed and told.setting("ManageForeignRoutingPolicyRules"):
        yield Advice(
            f"{NETWORKD} manages {', '.join(managed)} and deletes rules that it does not know: "
            f"{_globally('ManageForeignRoutingPolicyRules')}",
            frozenset({"rule"}),
        )


def _globally(key: str) -> str:
    return f"put {key}=no below [Network] in /etc/systemd/networkd.conf.d/{OUR_FILE}"


def _network_manager(told: _Told, links: Sequence[Row]) -> Iterator[Advice]:
    """Of what it leaves alone it has no profile active (nm-config.c, ``nm_config_device_state_write``)."""
    for name, said in told.of(DEVICES, links):
        if said.get("managed") == "true" and said.get("connection-uuid"):
            yield Advice(
                f"{NETWORK_MANAGER} manages {name} by the profile {said['connection-uuid']} and deletes addresses and "
                f"routes that it does not know: put unmanaged-devices=interface-name:{name} below [keyfile] in "
                f"/etc/NetworkManager/conf.d/{OUR_FILE}",
                frozenset({"address", "route"}),
                name,
            )
