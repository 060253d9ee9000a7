"""`git push` of desired state: checked, planned in the pusher's terminal, applied, followed. One story, in order."""

from __future__ import annotations

import re
import signal

from tests.push.conftest import Pusher

THERE = "10.10.20.0/24, via: 10.10.10.1"
ELSEWHERE = "10.10.30.0/24, via: 10.10.10.1"


def test_without_a_daemon_documents_are_checked_and_taken(pusher: Pusher) -> None:
    code, said = pusher.push()
    assert code == 0, said
    assert "no daemon answers on" in said
    assert "the documents are good, and are applied once a daemon runs" in said


def test_a_daemon_brings_everything_to_the_revision_that_it_finds(pusher: Pusher) -> None:
    pusher.start()
    pusher.until(lambda: bool(pusher.events("rollout")))
    (rollout,) = pusher.events("rollout")
    assert rollout["phases"] == {"in sync": 5}, pusher.log.read_text()
    assert "'Begin' by An Engineer" in pusher.events("revision")[0]["words"]
    assert pusher.field.pings()


def test_a_push_shows_its_plan_and_is_followed_until_the_network_is_there(pusher: Pusher) -> None:
    revision = pusher.commit(THERE, ELSEWHERE, "Another route")
    code, said = pusher.push()
    assert code == 0, said
    told = re.sub(r"after [0-9.]+ s", "after N s", said)
    assert (
        told
        == f"""\
k01-control-plane (linux)
  + route 10.10.30.0/24 table 254 metric 0  gateway 10.10.10.1, dev
      eth1, protocol 142  [nodes.yaml:12]
  - route 10.10.20.0/24 table 254 metric 0  wanted by no document

Plan: 1 to create, 0 to adopt, 0 to change, 1 to delete on 1 of 5 devices. 4 in sync.
will be: applied to 1 device
revision {revision[:12]} is in force ('Another route' by An Engineer)
k01-control-plane: applied and proven 2 changes
revision {revision[:12]}: 5 of 5 devices in sync after N s"""
    )
    assert "10.10.30.0/24 via 10.10.10.1" in pusher.routes("k01-control-plane")
    assert pusher.events("drift") == []


def test_a_bad_push_is_refused_with_every_problem_in_its_place(pusher: Pusher) -> None:
    pusher.commit(ELSEWHERE, "10.10.30.0/24, via: 10.10.10.300", "Bad")
    code, said = pusher.push()
    assert code == 1
    assert said.splitlines()[:2] == [
        "desired/nodes.yaml:12:33: not-an-address: '10.10.10.300' is not an IP address: "
        "expected one such as 10.10.10.1 or fd00::1",
        "refused: 1 problem",
    ]
    pusher.commit("10.10.30.0/24, via: 10.10.10.300", ELSEWHERE, "Better")
    head = "apiVersion: reconciler/v1\nkind: Node\n"
    stranger = f"{head}metadata: {{name: k01-worker9}}\nspec: {{}}\n---\n"
    pusher.commit(head, stranger + head, "A device that nobody knows")
    code, said = pusher.push()
    assert code == 1
    assert "Node k01-worker9 is not in the inventory" in said
    pusher.git("reset", "-q", "--hard", "origin/main")


def test_who_does_not_want_to_wait_does_not(pusher: Pusher) -> None:
    pusher.commit(ELSEWHERE, THERE, "Back to the old route")
    code, said = pusher.push("-o", "no-wait")
    assert code == 0
    assert said.endswith("taken; the daemon applies it")
    pusher.until(lambda: "10.10.20.0/24" in pusher.routes("k01-control-plane"))


def test_another_branch_is_checked_and_not_deployed(pusher: Pusher) -> None:
    pusher.git("checkout", "-q", "-b", "idea")
    pusher.commit(THERE, ELSEWHERE, "An idea")
    done = pusher.git("push", "-q", "origin", "idea")
    assert done.returncode == 0
    assert "idea is not the branch that is deployed (main): only checked" in done.stdout
    assert "+ route 10.10.30.0/24" in done.stdout
    pusher.git("checkout", "-q", "main")
    assert "10.10.30.0/24" not in pusher.routes("k01-control-plane")


def test_a_push_that_goes_back_is_held_until_it_is_approved_and_the_branch_cannot_be_deleted(pusher: Pusher) -> None:
    pusher.git("reset", "-q", "--hard", "HEAD~2")
    revision = pusher.commit(THERE, "10.10.40.0/24, via: 10.10.10.1", "Rewritten")
    code, said = pusher.push("--force")
    assert code == 0
    assert f"`reconcile approve {revision[:12]}` puts it in force; then applied to 1 device" in " ".join(said.split())
    assert said.count("will be: ") == 1
    assert "10.10.40.0/24" not in pusher.routes("k01-control-plane")
    assert f"reconcile approve {revision[:12]}" in pusher.reconcile("status").stdout
    assert pusher.reconcile("approve", revision[:12]).returncode == 0
    pusher.until(lambda: "10.10.40.0/24" in pusher.routes("k01-control-plane"))
    done = pusher.git("push", "-q", "--delete", "origin", "main")
    assert done.returncode == 1
    assert "refused: main is the branch that is deployed" in done.stdout


def test_a_suspended_device_is_left_alone_and_everybody_sees_it(pusher: Pusher) -> None:
    done = pusher.reconcile("suspend", "k01-worker", "--for", "2h", "--reason", "cabling")
    assert done.returncode == 0, done.stderr
    pusher.field.run("k01-worker", "ip", "route", "del", "10.10.20.0/24")
    pusher.until(lambda: bool(pusher.events("drift")))
    status = pusher.reconcile("status").stdout
    assert "4 of 5 devices in sync" in status
    assert re.search(r"suspended: k01-worker by root for another (2h|1h59m), until \S+ \S+: cabling", status)
    assert re.search(r"k01-worker: withheld for \d+s: 1 difference: suspended, see below", status)
    assert pusher.reconcile("resume", "k01-worker").stdout == "ended: k01-worker: cabling\n"
    pusher.until(lambda: "10.10.20.0/24" in pusher.routes("k01-worker"))
    assert pusher.reconcile("resume", "k01-worker").returncode == 1


def test_a_switch_that_somebody_changes_is_put_back_and_they_are_named(pusher: Pusher) -> None:
    pusher.stop()
    config = pusher.place / "config.yaml"
    inventory = f"/run/reconciler-lab/{pusher.field.lab.name}/inventory"
    config.write_text(
        "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: jump}\nspec:\n"
        f"  source: {{url: {pusher.repository}, branch: main, folder: desired}}\n  inventory: {inventory}\n"
        '  listen: {syslog: ["udp://0.0.0.0:514"]}\n'
        f"  state: {pusher.field.memory}\n  socket: {pusher.place}/control.sock\n"
    )
    pusher.start("--config", str(config))
    pusher.until(lambda: bool(pusher.events("rollout")))
    pusher.field.run("ceos01", "configure\ninterface Ethernet4\nswitchport access vlan 10\nend")
    pusher.until(lambda: bool(pusher.events("healed")))
    (drift,) = pusher.events("drift")
    assert "~ interface Ethernet4 access 10 → 20 [switch.yaml:14]" in drift["words"]
    assert drift["by"] == "root on console (0.0.0.0)"


def test_killed_at_any_moment_it_goes_on_where_it_was(pusher: Pusher) -> None:
    pusher.stop(signal.SIGKILL)
    pusher.field.run("k01-worker2", "ip", "route", "del", "10.10.20.0/24")
    pusher.start()
    pusher.until(lambda: "10.10.20.0/24" in pusher.routes("k01-worker2"))
    pusher.until(lambda: bool(pusher.events("drift")))
    assert pusher.stop() == 0
    assert pusher.events("stopped")
