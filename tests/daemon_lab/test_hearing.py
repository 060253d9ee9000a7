"""Everything that people have to hear of, really done to one lab under one daemon, and heard by three receivers."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from netmiko import BaseConnection, ConnectHandler

from benchmarks.trouble import sshds
from reconciler.lab import netns
from reconciler.lab.switch import PASSWORD, USER
from tests.daemon_lab.hearing import Said, by_episode
from tests.daemon_lab.night import Night, nights

THERE, ELSEWHERE, NOWHERE = (f"{net}, via: {via}" for net, via in (
    ("10.10.20.0/24", "10.10.10.1"), ("10.10.30.0/24", "10.10.10.1"), ("10.10.20.0/24", "10.99.0.1"),
))  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    yield from nights(tmp_path_factory.mktemp("hearing"))


@pytest.fixture
def told(night: Night) -> Iterator[Night]:
    """What is said meanwhile, for who looks at it with ``-s``."""
    before = {name: len(said) for name, said in night.heard.said.items()}
    yield night
    for said in night.heard.said["chat"][before["chat"] :]:
        print(f"\n--- {said.text}")


def texts(said: dict[str, Said]) -> list[str]:
    return [one.text for one in said.values()]


def test_a_drift_that_is_put_back(told: Night) -> None:
    told.field.run("k01-worker", "ip", "route", "del", "10.10.20.0/24")
    for text in texts(told.tell("opened", "k01-worker: drift")):
        assert "+ route 10.10.20.0/24 table 254 metric 0" in text
    assert "metric 0: missing" in told.heard.of("k01-worker: drift")["chat"][0].text
    over = told.tell("resolved", "k01-worker: drift")
    assert "put back 1 entry" in over["chat"].text
    assert "10.10.20.0/24 via 10.10.10.1" in told.field.shown("k01-worker", "ip", "route")


def test_a_drift_that_is_held_names_who_made_it_and_the_command_that_puts_it_back(told: Night) -> None:
    with person(told) as admin:
        admin.send_config_set(["vlan 10", "name Forged"])
        for text in texts(told.tell("opened", "ceos01: drift")):
            assert re.search(rf"by {USER} on vty\d+ \({told.field.lab.jump.ip}\)", text)
            assert "~ vlan 10: name Forged → Calico-Network" in text
        admin.send_config_set(["vlan 20", "name Forged"])
    heard = told.tell("updated", "ceos01: drift", ("chat", "desk"))
    for text in texts(heard):
        assert "~ vlan 20: name Forged → Calico-Network-2" in text
    told.done(*approval(told, heard["chat"]))
    told.tell("resolved", "ceos01: drift")
    assert "Forged" not in told.field.shown("ceos01", "show vlan")


@contextmanager
def person(night: Night) -> Iterator[BaseConnection]:
    """Somebody who logs in to the switch from the jump host."""
    (switch,) = night.field.lab.switches
    login = {"host": str(switch.address), "username": USER, "password": PASSWORD, "device_type": "arista_eos"}
    with netns.within(night.field.lab.jump_namespace, lambda: ConnectHandler(**login)) as connection:
        connection.enable()
        yield connection


def approval(night: Night, said: Said) -> list[str]:
    """What it tells people to type; all tell the same."""
    found = re.search(r"reconcile (approve [0-9a-f]+)", said.text)
    assert found, said.text
    assert any(found[0] in one.text for one in night.heard.of(said.headline)["desk"])
    return found[1].split()


def test_a_plan_that_is_held(told: Night) -> None:
    told.push("switch.yaml", "10: {name: Calico-Network}", "10: {name: Pods}")
    heard = told.tell("opened", "ceos01: held, needs approval")
    for text in texts(heard):
        assert "~ vlan 10: name Calico-Network → Pods" in text
    told.done(*approval(told, heard["chat"]))
    told.tell("resolved", "ceos01: held, needs approval")
    assert "Pods" in told.field.shown("ceos01", "show vlan")


def test_a_device_that_is_away_and_back(told: Night) -> None:
    member = told.field.lab.member("k01-worker")
    for pid in sshds(member):
        os.kill(pid, signal.SIGKILL)
    for text in texts(told.tell("opened", "k01-worker: unreachable")):
        assert f"{member.address}" in text
    told.field.shown("k01-worker", "/usr/sbin/sshd", "-f", "/run/lab/sshd_config", "-E", "/run/lab/sshd.log")
    assert "k01-worker answers again" in told.tell("resolved", "k01-worker: unreachable")["chat"].text


def test_a_bad_revision(told: Night) -> None:
    revision = told.push("nodes.yaml", THERE, "10.10.20.0/24, via: 10.10.10.300")
    for text in texts(told.tell("opened", "bad revision")):
        assert f"revision {revision[:12]} is bad: " in text
        assert "by Ada" in text
        assert "nodes.yaml:12" in text
    good = told.commit("revert", "--no-edit", "HEAD")
    assert good[:7] in told.tell("resolved", "bad revision")["chat"].text


def test_what_cannot_be_applied(told: Night) -> None:
    told.push("nodes.yaml", THERE, NOWHERE)
    for text in texts(told.tell("opened", "k01-control-plane: applying fails")):
        assert "Nexthop has invalid gateway" in text
    told.commit("revert", "--no-edit", "HEAD")
    told.tell("resolved", "k01-control-plane: applying fails")


def test_somebody_who_fights(told: Night) -> None:
    beaten = threading.Event()
    rival = threading.Thread(target=rewriting, args=(told, beaten))
    rival.start()
    try:
        for text in texts(told.tell("opened", "k01-worker2: somebody keeps changing it back")):
            assert "route 10.10.20.0/24 table 254 metric 0 is removed again and again" in text
            assert "reconcile resume k01-worker2" in text
    finally:
        beaten.set()
        rival.join()
    told.done("resume", "k01-worker2")
    told.tell("resolved", "k01-worker2: somebody keeps changing it back")
    told.tell("resolved", "k01-worker2: drift")
    told.tell("opened", "k01-worker2: drift")


def rewriting(night: Night, beaten: threading.Event) -> None:
    member = night.field.lab.member("k01-worker2")
    while not beaten.wait(0.1):
        netns.batch(["route del 10.10.20.0/24"], member.namespace, force=True)


def test_an_older_revision_is_put_in_force(told: Night) -> None:
    before = json.loads(told.done("history", "--kind", "revision", "--limit", "1", "-o", "json"))["entries"][0]
    newer = told.push("nodes.yaml", THERE, ELSEWHERE)
    assert "10.10.30.0/24" in told.field.shown("k01-control-plane", "ip", "route")
    told.done("rollback", str(before["id"]), "--yes", "--reason", "the pods are cut off")
    for text in texts(told.tell("opened", "rolled back")):
        assert f"rolled back to revision {before['revision'][:7]}" in text
        assert "by root: the pods are cut off" in text
    assert "10.10.30.0/24" not in told.field.shown("k01-control-plane", "ip", "route")
    told.done("approve", newer)
    told.tell("resolved", "rolled back")


def test_a_suspension_that_everybody_has_forgotten(told: Night) -> None:
    told.done("suspend", "k01-worker", "--reason", "whoever suspends something has the clock looked at", "--for", "1s")
    for text in texts(told.tell("opened", "k01-worker3: still suspended")):
        assert "by grace" in text
        assert "new cables" in text
    assert "do: reconcile resume k01-worker3" in told.heard.of("k01-worker3: still suspended")["am"][0].text
    told.done("resume", "k01-worker3")
    told.tell("resolved", "k01-worker3: still suspended")


def test_receivers_are_tried_out(told: Night) -> None:
    ran = told.command("alert", "test")
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        "am: a test and its end are sent: HTTP 200 OK",
        "desk: a test and its end are sent: HTTP 200 OK",
        "chat: a test and its end are sent: taken",
        "broken: FAILED: Connection refused",
    ]
    assert told.done("alert", "test", "[ad]*").splitlines() == ran.stdout.splitlines()[:2]
    titles = [call.document["title"] for call in told.heard.chat.calls if "test" in call.document["title"]]
    assert titles == ["chat: test", "over: chat: test"]
    assert json.loads(told.command("alert", "test", "broken", "-o", "json").stdout) == {
        "results": [{"receiver": "broken", "ok": False, "words": "Connection refused"}]
    }
    nobody = told.command("alert", "test", "nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "no receiver is called nobody" in nobody.stderr


def test_each_was_told_once_that_it_began_and_once_that_it_was_over(night: Night) -> None:
    said = night.heard.said
    told = {name: by_episode(found) for name, found in said.items()}
    assert len(told["desk"]) == 10
    more = {"ceos01: drift", *(one.episode for one in night.heard.of("ceos01: drift")["desk"])}
    assert told["desk"].keys() == told["am"].keys()
    for name, episodes in told.items():
        for episode, statuses in episodes.items():
            first, *between, last = statuses
            assert (first, last) == ("opened", "resolved"), f"{name} {episode}: {statuses}"
            assert between == ["updated"] * (name != "am" and episode in more), f"{name} {episode}: {statuses}"
    headlines = {name: {one.headline for one in found} for name, found in said.items()}
    assert headlines["am"] == headlines["chat"] == headlines["desk"]
    history = json.loads(night.done("history", "--limit", "200", "-o", "json"))["entries"]
    assert told["desk"].keys() <= {one.get("episode") for one in history}
