"""Desired state from another host, over ssh and signed only; and a git host that does not answer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reconciler.lab.state import Lab
from tests.system.conftest import CREDENTIALS, SERVICE, configure, on_node, settings
from tests.system.machine import Machine, until
from tests.system.pusher import Pusher

HOST, NODE = "k01-worker3", "k01-worker"
AWAY, BACK = "pkill -STOP -x sshd", "pkill -CONT -x sshd"
"""As of a host that hangs: its kernel still takes connections."""


@pytest.fixture(scope="module")
def ada(machine: Machine, lab: Lab) -> Pusher:
    """The service follows a repository on one of the nodes, with its key among its credentials. Ada signs nothing."""
    machine.run("apt-get", "install", "--yes", "/root/reconciler.deb")
    configure(machine, lab)
    on_node(lab, HOST, "git init --quiet --bare --initial-branch=main /root/d.git")
    ada = Pusher.arrive(machine, "/etc/reconciler/desired")
    ada.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/home/ada/key")
    machine.write("/etc/reconciler/signers", f"ada@example.net {ada.run('cat', '/home/ada/key.pub').stdout}")
    url = f"ssh://root@{lab.member(HOST).address}/root/d.git"
    way = f"key: {CREDENTIALS}/id_ed25519, knownHosts: /etc/reconciler/known_hosts, interval: 1s"
    must = "require: signed, allowedSigners: /etc/reconciler/signers"
    settings(machine, f'{{url: "{url}", {way}, {must}}}')
    ada.git("config", "user.signingKey", "/home/ada/key.pub")
    ada.git("config", "gpg.format", "ssh")
    machine.run("install", "-o", "ada", "-m", "600", "/etc/reconciler/credentials/id_ed25519", "/home/ada/login")
    ssh = "ssh -i /home/ada/login -o UserKnownHostsFile=/etc/reconciler/known_hosts -o IdentitiesOnly=yes"
    ada.git("config", "core.sshCommand", ssh)
    ada.git("remote", "set-url", "origin", url)
    return ada


def said(machine: Machine) -> str:
    return machine.journal(SERVICE)


def test_an_unsigned_revision_is_not_deployed(machine: Machine, ada: Pusher) -> None:
    ada.push()
    machine.systemctl("start", SERVICE)
    assert "is not signed: sign it with git commit -S" in said(machine)
    assert "no revision yet" in machine.property(SERVICE, "StatusText")


def test_a_signed_one_is_and_the_journal_names_the_signer(machine: Machine, ada: Pusher, lab: Lab) -> None:
    """git, ssh and ssh-keygen, under every restriction of the service."""
    revision = ada.commit("Signed", "--allow-empty", "--gpg-sign")
    ada.push()
    until(lambda: f"revision {revision[:12]}: 5 of 5 devices in sync" in said(machine), 20)
    assert "signed by ada@example.net (SHA256:" in said(machine)


def test_without_its_git_host_it_starts_and_keeps_the_last_good_revision(
    machine: Machine, ada: Pusher, lab: Lab
) -> None:
    """Ready within half a minute, and what has drifted meanwhile is put back; the host's own devices come later."""
    machine.systemctl("stop", SERVICE)
    on_node(lab, NODE, "ip route del 10.10.20.0/24")
    on_node(lab, HOST, AWAY)
    try:
        began = time.monotonic()
        machine.systemctl("start", SERVICE)
        assert time.monotonic() - began < 40
        until(lambda: "10.10.20.0/24" in on_node(lab, NODE, "ip route"), 30)
        assert "the source cannot be read" in said(machine)
    finally:
        on_node(lab, HOST, BACK)
    until(lambda: "the source answers again" in said(machine), 30)
    ada.route("10.80.0.0/24")
    ada.commit("Signed, too", "--gpg-sign")
    ada.push()
    until(lambda: "10.80.0.0/24" in on_node(lab, NODE, "ip route"), 20)


def test_its_key_is_in_no_log(machine: Machine) -> None:
    key = Path(machine.root, "etc/reconciler/credentials/id_ed25519").read_text().splitlines()[2]
    assert key not in machine.run("journalctl", "--no-pager").stdout
