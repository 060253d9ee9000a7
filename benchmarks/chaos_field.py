"""A lab whose devices are in one of two states, and all that a dead reconciler may have left on them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.loss_scenarios import ALWAYS, RENUMBERED, Edit, Edits, documents
from reconciler.lab import enter, netns, node, ping, switch
from reconciler.lab.failpoints import LOG, POINT
from reconciler.lab.state import Lab, Member
from tests.lab.warm import Warm

ROOT = Path(__file__).parents[1]
START = [sys.executable, "-m", "reconciler"]
SETTLING = 5.0
"""Seconds in which the SSH sessions of somebody who is dead end."""
SESSIONS = "show configuration sessions | json"
PENDING, WAITING = "pending", "pendingCommitTimer"
"""States of a session: open; committed, and to be taken back unless somebody confirms it."""
Rows = frozenset[str]
State = Mapping[str, Rows]
"""By device: every entry that it has."""


def _neighbour(tunnel: str, address: str) -> Edit:
    """Each node is to have one more entry of its own."""
    more = f'  neighbors:\n    - {{dst: {address}, dev: eth1, mac: "02:00:00:00:00:99"}}\n'
    return Edit("nodes.yaml", f"    vxlan: {tunnel}\n", f"    vxlan: {tunnel}\n{more}")


EVERYWHERE: Edits = (
    Edit(
        "switch.yaml", "    20: {name: Calico-Network-2}\n", "    20: {name: Calico-Network-2}\n    30: {name: Spare}\n"
    ),
    Edit("switch.yaml", "Connection to k01-worker3", "Cable to k01-worker3"),
    _neighbour('{address: 192.168.23.64, mac: "66:15:9d:fa:c6:aa"}', "10.10.10.99"),
    _neighbour('{address: 192.168.81.64, mac: "66:fb:ad:98:aa:13"}', "10.10.10.99"),
    _neighbour('{address: 192.168.164.128, mac: "66:c7:4d:6e:6b:f3"}', "10.10.10.99"),
    _neighbour('{address: 192.168.209.64, mac: "66:d2:0c:f0:ef:e5"}', "10.10.20.99"),
)
"""All five devices change, and no flow has to be cut."""
CHANGES = {"one stage": (*ALWAYS, *EVERYWHERE), "stages": (*RENUMBERED, *EVERYWHERE)}
"""What is changed, by how it goes: all devices side by side, or make before break in one stage after the other."""


@dataclass
class Field:
    """``states``: the devices at either end of the ``change``; ``here``: at which end they are. ``timer``: seconds.

    ``stages``: of the change. ``silent``: by group, pairs that do not answer at one of its ends: an address is gone.
    """

    lab: Lab
    folder: Path
    timer: int
    warm: Warm
    change: Edits
    here: int = 0
    ends: Sequence[Path] = ()
    states: list[State] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    silent: dict[str, frozenset[ping.Pair]] = field(default_factory=dict)
    stages: int = 1
    _own: frozenset[int] = frozenset()

    def prepare(self) -> None:
        """Both states are come to once, and noted. Raises: AssertionError."""
        self.ends = documents(self.folder / "here", ()), documents(self.folder / "there", self.change)
        for end in (0, 1, 0):
            done = self.converge(end)
            assert not done.returncode, done.stderr
            self.here = end
            self.states.append(self.observed())
            self.silent |= {group: self.silent.get(group, frozenset()) | failed for group, failed in self._failed()}
            self.revisions.append(self._planned(end)["revision"])
            self.stages = max(self.stages, len(self._planned(1 - end).get("stages", ())))
        assert self.states.pop() == self.states[0], "the way back leads to where it began"
        assert all(self.states[0][name] != self.states[1][name] for name in self.states[0]), "every device changes"
        self._own = frozenset(self._processes())

    def _planned(self, end: int) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads(self.ran("--desired", self.ends[end], "--dry-run", "-o", "json").stdout)
        return plan

    @property
    def there(self) -> int:
        return 1 - self.here

    def started(self, *words: object, points: str = "", log: Path | None = None) -> subprocess.Popen[str]:
        """`reconcile WORDS` on the jump host, told on standard error; ``points``: where what is to happen."""
        line, environment = enter.on_jump(self.lab, [*START, *map(str, words)])
        environment = environment | self._environment(points, log)
        nothing = subprocess.DEVNULL
        return subprocess.Popen(line, stdout=nothing, stderr=subprocess.PIPE, stdin=nothing, text=True, env=environment)

    def ran(self, *words: object, points: str = "", log: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The same in a process that only has to be forked, until its end."""
        environment = enter.on_jump(self.lab, [])[1] | self._environment(points, log)
        return self.warm.run(list(map(str, words)), environment=environment)

    def _environment(self, points: str, log: Path | None) -> dict[str, str]:
        asked = ({POINT: points} if points else {}) | ({LOG: str(log)} if log else {})
        return {"PYTHONPATH": str(ROOT), "RECONCILE_STATE": str(self.folder / "state"), **asked}

    def converge(self, end: int, points: str = "", log: Path | None = None) -> subprocess.CompletedProcess[str]:
        words = ("--desired", self.ends[end], "--yes", "--timeout", f"{self.timer}s")
        return self.ran(*words, points=points, log=log)

    def differences(self, end: int) -> str:
        """What a dry run still finds; empty: nothing."""
        done = self.ran("--desired", self.ends[end], "--dry-run")
        return "" if done.returncode == 0 else f"exit {done.returncode}\n{done.stdout}{done.stderr}"

    def observed(self) -> State:
        """Raises: AssertionError, where a device cannot be read."""
        done = self.ran("--desired", self.ends[self.here], "observe", "-o", "json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)["devices"]
        return {name: frozenset(map(_text, one["resources"])) for name, one in found.items()}

    def half_way(self, found: State) -> Iterator[str]:
        """Devices that are in neither state, with what is odd.

        After a change of several stages they may be on the way: where they were between two of them.
        """
        for name, rows in found.items():
            old, new = self.states[self.here][name], self.states[self.there][name]
            on_the_way = self.stages > 1 and old & new <= rows <= old | new
            if rows not in (old, new) and not on_the_way:
                odd = sorted(rows ^ old if len(rows ^ old) < len(rows ^ new) else rows ^ new)
                yield f"{name} is in neither state: {'; '.join(odd)}"

    def pings(self) -> Iterator[str]:
        """Who does not answer any more, though it did at both ends of the change."""
        for group, failed in self._failed():
            if lost := failed - self.silent.get(group, frozenset()):
                yield f"{len(lost)} pairs of {group} do not answer"

    def _failed(self) -> Iterator[tuple[str, frozenset[ping.Pair]]]:
        yield from ((one.group, one.failed) for one in ping.everyone(self.lab))

    def armed(self) -> list[str]:
        """Devices that are going to take something back."""
        return [*self._folders(), *self._sessions(WAITING)]

    def left(self) -> list[str]:
        """What somebody who is dead has left on devices, after a while: what he had asked for last may be armed late.

        A session of the switch that he had not committed changes nothing, and stays until somebody of ours comes.
        """
        eventually(lambda: not self._left(), self.timer + SETTLING)
        return self._left()

    def left_for_good(self) -> list[str]:
        """After others of ours have come and gone: also sessions, and files here."""
        drafts = [str(path) for path in (self.folder / "state").glob("*.tmp")]
        return [*self.left(), *self._sessions(PENDING), *drafts]

    def _left(self) -> list[str]:
        return [*self.armed(), *self._strangers(), *self._connected()]

    def open_entries(self) -> list[str]:
        """Of the history: what has no end."""
        done = self.ran("history", "--outcome", "open", "-o", "json")
        return [str(one) for one in json.loads(done.stdout)["entries"]] if done.returncode == 0 else [done.stderr]

    def _folders(self) -> Iterator[str]:
        for member in self.lab.nodes:
            root = Path(f"/proc/{member.pid}/root")
            for path in (*root.glob("run/reconciler-undo*"), *root.glob("tmp/reconciler-undo*")):
                inside = [one.name for one in path.iterdir()] if path.is_dir() else []
                yield f"{member.name}: {path.relative_to(root)} {' '.join(inside)}"

    def _sessions(self, state: str) -> Iterator[str]:
        """In either dialect of EOS."""
        for member in self.lab.switches:
            known = json.loads(switch.cli(self.lab, member, SESSIONS))
            found = [name for name, one in known["sessions"].items() if one["state"] == state]
            if state == WAITING and (named := known.get("commitTimerSessionName")):
                found.append(named)
            yield from (f"{member.name}: {state} session {name}" for name in dict.fromkeys(found))

    def _connected(self) -> Iterator[str]:
        for member in self.lab.switches:
            shown = subprocess.run(
                ["ip", "netns", "exec", member.namespace, "ss", "-tnH", "( sport = :22 )"],
                capture_output=True,
                text=True,
            )
            yield from (f"{member.name}: {line}" for line in shown.stdout.splitlines() if "ESTAB" in line)

    def _processes(self) -> dict[int, str]:
        spaces = {member.namespace for member in self.lab.nodes}
        return {pid: command for pid in netns.processes(spaces) if (command := _command(pid))}

    def _strangers(self) -> Iterator[str]:
        """Processes on nodes that were not there before; who listens may have been started again."""
        for pid, command in self._processes().items():
            if pid not in self._own and "[listener]" not in command:
                yield f"process {pid}: {command}"

    def restore(self) -> None:
        """Every node lets people in again."""
        for member in self.lab.nodes:
            node.start_sshd(member)


def _text(row: dict[str, Any]) -> str:
    """Without what depends on the order in which addresses came: one that the kernel counts second is nobody's."""
    return json.dumps({name: value for name, value in row.items() if name not in ("flags", "owned")}, sort_keys=True)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def eventually(holds: Callable[[], bool], patience: float) -> float | None:
    """Seconds until it held; None: it did not."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            return None
        time.sleep(0.2)
    return time.monotonic() - began


def shell_to_kill(member: Member, *, listener: bool, sessions: bool) -> str:
    """Shell text that ends a node's sshd, or what it has started."""
    wanted = {(True, True): "true", (True, False): "$is", (False, True): "! $is"}[listener, sessions]
    return (
        f"for p in $(ip netns pids {member.namespace}); do read -r c </proc/$p/comm || continue; "
        f"is='grep -q listener /proc/'$p/cmdline; case $c in sshd*) {wanted} && kill -9 $p;; esac; done"
    )


def shell_to_cut(member: Member) -> str:
    """Shell text that resets all SSH connections to a device."""
    return f"ip netns exec {member.namespace} ss -tnK '( sport = :22 )' >/dev/null"
