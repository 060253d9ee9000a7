"""Back to what was in force before, by the number that the history shows: the lab is then as it was. One story."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.push.conftest import Pusher, ours

NODES = ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")
TABLES = ("ip -d route show table all", "ip -d address", "ip neighbour show nud permanent", "bridge fdb show dynamic")
VLAN = ("switch.yaml", "10: {name: Calico-Network}", "10: {name: Pods}")
PORT = ("switch.yaml", "Connection to k01-worker3, access: 20", "Patch panel, access: 20")
ROUTE = ("nodes.yaml", "10.10.20.0/24, via: 10.10.10.1", "10.10.30.0/24, via: 10.10.10.1")
POOL = ("pools.yaml", "vxlanMode: CrossSubnet", "vxlanMode: Always")
NAT = ("pools.yaml", "natOutgoing: true", "natOutgoing: false")
revisions: dict[str, str] = {}
recorded: dict[str, Any] = {}


def edit(folder: Path, *edits: tuple[str, str, str]) -> None:
    for name, old, new in edits:
        text = (folder / name).read_text()
        assert old in text, name
        (folder / name).write_text(text.replace(old, new, 1))


def pushed(pusher: Pusher, message: str, *edits: tuple[str, str, str]) -> tuple[str, str]:
    """A commit of these edits, and what was said on the way: revision, words."""
    edit(pusher.work / "desired", *edits)
    assert pusher.git("commit", "-qam", message).returncode == 0
    code, said = pusher.push()
    assert code == 0, said
    return pusher.git("rev-parse", "HEAD").stdout.strip(), said


def as_it_is(pusher: Pusher) -> dict[str, Any]:
    """The whole lab: what `observe` reads, what the switch runs and boots, what kernels hold, the pool."""
    found = json.loads(pusher.field.command("observe", "-o", "json"))
    shown = {f"{node} {line}": _lasting(pusher.field.shown(node, *line.split())) for node in NODES for line in TABLES}
    configs = [pusher.field.shown("ceos01", f"show {one}-config") for one in ("running", "startup")]
    pool = json.loads(pusher.field.shown(NODES[0], "kubectl", "get", "ippools", "default-ipv4-ippool", "-o", "json"))
    return {"observed": found["devices"], **shown, "switch": [_lasting(one) for one in configs], "pool": pool["spec"]}


def _lasting(text: str) -> list[str]:
    """Without ages and times, in any order."""
    return sorted(
        re.sub(r"(used|expires|_lft) \S+", "", line).rstrip() for line in text.splitlines() if "!" not in line
    )


def cycle_of(pusher: Pusher, revision: str) -> str:
    """The number of the first entry of this revision."""
    found = json.loads(pusher.reconcile("history", "--kind", "revision", "--limit", "100", "-o", "json").stdout)
    return str(next(one["id"] for one in reversed(found["entries"]) if one["revision"] == revision))


def in_force(pusher: Pusher) -> str:
    return str(json.loads(pusher.reconcile("status", "-o", "json").stdout)["source"]["revision"])


def forget(pusher: Pusher) -> None:
    """Somebody deletes the history."""
    for one in pusher.field.memory.glob("journal-*"):
        one.unlink()


def rolled_out(pusher: Pusher) -> None:
    pusher.until(lambda: bool(pusher.events("rollout")))


def asked(pusher: Pusher, cycle: str) -> tuple[subprocess.Popen[bytes], int]:
    """`reconcile rollback CYCLE` on a terminal, when it has asked."""
    ours_end, theirs = pty.openpty()
    line = [sys.executable, "-m", "reconciler", "rollback", cycle]
    environment = ours() | {"RECONCILE_SOCKET": str(pusher.place / "control.sock"), "COLUMNS": "80"}
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    assert "[y/N]" in said(ours_end, "[y/N]")
    return process, ours_end


def said(terminal: int, last: str = "") -> str:
    """Until it says that, or ends."""
    text = ""
    while not last or last not in text:
        try:
            text += os.read(terminal, 4096).decode()
        except OSError:
            break
    return text


def test_three_real_changes_are_in_the_history(pusher: Pusher) -> None:
    assert pusher.push()[0] == 0
    pusher.start()
    rolled_out(pusher)
    revisions["begin"] = in_force(pusher)
    recorded["begin"] = as_it_is(pusher)
    revisions["cable"], _ = pushed(pusher, "Rename", VLAN, PORT, ROUTE)
    revisions["pool"], _ = pushed(pusher, "Encapsulate everything", POOL)
    after = as_it_is(pusher)
    assert [key for key in after if after[key] != recorded["begin"][key]][-2:] == ["switch", "pool"]
    shown = pusher.reconcile("history", "--kind", "revision").stdout
    assert re.findall(r"\((\w[^)]*)\): (\w+) after .*, (\d) devices?", shown) == [
        ("Begin", "converged", "5"), ("Rename", "converged", "2"), ("Encapsulate everything", "converged", "3"),
    ]  # fmt: skip
    entry = pusher.reconcile("history", cycle_of(pusher, revisions["cable"])).stdout
    assert "~ vlan 10" in entry
    assert "name Pods" in entry or "Calico-Network → Pods" in entry
    diff = pusher.reconcile("diff", revisions["begin"][:10], "--socket", str(pusher.place / "control.sock"))
    assert diff.returncode == 2, diff.stderr
    assert "spec.vlans.10.name Calico-Network → Pods" in diff.stdout
    assert "spec.vxlanMode CrossSubnet → Always" in diff.stdout


def test_the_plan_is_shown_and_nothing_happens_before_a_yes(pusher: Pusher) -> None:
    cycle, before = cycle_of(pusher, revisions["begin"]), as_it_is(pusher)
    done = pusher.reconcile("rollback", cycle, "--dry-run")
    assert done.returncode == 2, done.stderr
    assert "~ vlan 10  name Pods → Calico-Network" in done.stdout
    assert done.stdout.splitlines()[0].startswith(f"Cycle {cycle}, ")
    done = pusher.reconcile("rollback", cycle)
    assert (done.returncode, done.stderr) == (
        1, "Error: nothing was rolled back: without a terminal to ask on, say --yes\n",
    )  # fmt: skip
    process, terminal = asked(pusher, cycle)
    os.write(terminal, b"n\n")
    assert "Nothing was rolled back." in said(terminal)
    assert process.wait(10) == 2
    os.close(terminal)
    assert (in_force(pusher), as_it_is(pusher)) == (revisions["pool"], before)
    done = pusher.reconcile("rollback", "999999", "--yes")
    assert (done.returncode, done.stderr) == (
        1, "Error: no cycle 999999 is in the history, or no revision was in force then\n",
    )  # fmt: skip


def test_who_has_seen_another_plan_is_refused(pusher: Pusher) -> None:
    process, terminal = asked(pusher, cycle_of(pusher, revisions["begin"]))
    revisions["nat"], _ = pushed(pusher, "Another thought", NAT)
    os.write(terminal, b"y\n")
    assert "the plan is another one by now" in said(terminal)
    assert process.wait(10) == 1
    os.close(terminal)
    assert in_force(pusher) == revisions["nat"]


def test_the_lab_is_as_it_was_recorded(pusher: Pusher) -> None:
    pusher.stop(signal.SIGKILL)
    pusher.start()
    rolled_out(pusher)
    cycle = cycle_of(pusher, revisions["begin"])
    done = pusher.reconcile("rollback", cycle, "--yes", "--reason", "pods were slow")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"rolled back to revision {revisions['begin'][:12]} of cycle {cycle} by root: pods were slow" in done.stdout
    assert "5 of 5 devices in sync" in done.stdout
    assert as_it_is(pusher) == recorded["begin"]
    assert pusher.field.pings()
    (entry,) = json.loads(pusher.reconcile("history", "--kind", "rollback", "-o", "json").stdout)["entries"]
    assert (entry["by"], entry["revision"]) == ("root", revisions["begin"])


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended, the journal deleted"])
def test_it_holds_over_a_restart_and_drift_is_put_back_to_it(pusher: Pusher, number: int) -> None:
    pusher.stop(number)
    if number == signal.SIGTERM:
        forget(pusher)
    pusher.field.run("k01-control-plane", "ip", "route", "del", "10.10.20.0/24")
    pusher.start()
    pusher.until(lambda: "10.10.20.0/24" in pusher.routes("k01-control-plane"))
    assert in_force(pusher) == revisions["begin"]
    assert "rolled back to revision" in pusher.reconcile("status").stdout
    assert as_it_is(pusher) == recorded["begin"]


def test_a_newer_push_is_held_until_it_is_approved(pusher: Pusher) -> None:
    revision, words = pushed(pusher, "Once more", ("nodes.yaml", "10.10.30.0/24", "10.10.40.0/24"))
    assert "is held, for it follows on what was rolled back" in " ".join(words.split())
    assert as_it_is(pusher) == recorded["begin"]
    assert pusher.reconcile("approve", revision[:12]).returncode == 0
    pusher.until(lambda: "10.10.40.0/24" in pusher.routes("k01-control-plane"))
    assert in_force(pusher) == revision
    assert "rolled back" not in pusher.reconcile("status").stdout.partition("over ")[0]


def test_a_revert_goes_in_by_itself_and_ends_it(pusher: Pusher) -> None:
    pusher.until(lambda: json.loads(pusher.reconcile("status", "-o", "json").stdout)["counts"] == {"in sync": 5})
    assert pusher.reconcile("rollback", cycle_of(pusher, revisions["begin"]), "--yes").returncode == 0
    assert pusher.git("checkout", "-q", revisions["begin"], "--", "desired").returncode == 0
    revision, words = pushed(pusher, "Revert all of it")
    assert f"revision {revision[:12]} is in force" in words, words
    assert in_force(pusher) == revision
    assert as_it_is(pusher) == recorded["begin"]
    revision, _ = pushed(pusher, "On we go", ROUTE)
    assert in_force(pusher) == revision
    assert "10.10.30.0/24" in pusher.routes("k01-control-plane")


@pytest.mark.long
def test_a_folder_can_be_gone_back_in_as_well(pusher: Pusher) -> None:
    pusher.stop()
    folder = pusher.place / "folder"
    shutil.copytree(pusher.work / "desired", folder)
    pusher.start("--desired", str(folder))
    rolled_out(pusher)
    first, before = in_force(pusher), as_it_is(pusher)
    edit(folder, ("switch.yaml", "10: {name: Calico-Network}", "10: {name: Pods}"), POOL)
    assert pusher.reconcile("sync").returncode == 0
    pusher.until(lambda: in_force(pusher) != first)
    done = pusher.reconcile("rollback", cycle_of(pusher, first), "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (in_force(pusher), as_it_is(pusher)) == (first, before)
    pusher.stop(signal.SIGKILL)
    pusher.field.run("k01-control-plane", "ip", "route", "del", "10.10.30.0/24")
    pusher.start("--desired", str(folder))
    pusher.until(lambda: "10.10.30.0/24" in pusher.routes("k01-control-plane"))
    assert (in_force(pusher), as_it_is(pusher)) == (first, before)
    assert pusher.stop() == 0


@pytest.mark.long
def test_without_the_journal_a_folder_has_nothing_to_go_back_to_and_nothing_is_written(pusher: Pusher) -> None:
    folder, before = pusher.place / "folder", as_it_is(pusher)
    forget(pusher)
    pusher.start("--desired", str(folder))
    status = pusher.reconcile("status").stdout
    assert "the last good revision is not here" in status, status
    assert as_it_is(pusher) == before
    revision = json.loads(pusher.reconcile("status", "-o", "json").stdout)["source"]
    assert revision == {}
    assert pusher.stop() == 0
