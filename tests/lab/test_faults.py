"""One device in trouble: named with its reason, exit 4, the others are still reconciled, nothing is deleted."""

from __future__ import annotations

import pytest

from tests.lab.conftest import Field


@pytest.fixture
def wounded(converged: Field) -> Field:
    """Something to repair on k01-worker, so that the others can be seen to be reconciled."""
    converged.shown("k01-worker", "ip", "route", "del", "192.168.209.64/26")
    return converged


def state_of(field: Field, device: str) -> tuple[str, str]:
    (found,) = [d for d in field.plan(code=4)["devices"] if d["name"] == device]
    assert found["changes"] == []
    return found["status"], found["reason"]


def repaired(field: Field) -> None:
    field.command("--yes", code=4)
    assert "192.168.209.64/26" in field.shown("k01-worker", "ip", "route")


def test_an_ip_that_prints_half_an_answer(wounded: Field) -> None:
    wounded.shown(
        "k01-worker2",
        "sh",
        "-c",
        "printf '#!/bin/sh\\nprintf \"[{\"\\n' > /tmp/ip; chmod +x /tmp/ip; mount --bind /tmp/ip $(command -v ip)",
    )
    try:
        status, reason = state_of(wounded, "k01-worker2")
        assert status == "unreadable"
        assert "ip" in reason
        repaired(wounded)
    finally:
        wounded.shown("k01-worker2", "sh", "-c", "umount $(command -v ip)")


def test_a_switch_that_refuses_the_login(wounded: Field) -> None:
    wounded.shown("ceos01", "lab fault refuse-login")
    try:
        status, reason = state_of(wounded, "ceos01")
        assert status == "unreachable"
        assert "172.20.20.2" in reason
        repaired(wounded)
    finally:
        wounded.shown("ceos01", "lab fault clear")


def test_a_node_whose_sshd_hangs(wounded: Field) -> None:
    wounded.shown("k01-worker3", "sh", "-c", "pkill -STOP -x sshd")
    try:
        status, reason = state_of(wounded, "k01-worker3")
        assert status == "unreachable"
        assert reason
        repaired(wounded)
    finally:
        wounded.shown("k01-worker3", "sh", "-c", "pkill -CONT -x sshd")


def test_a_startup_configuration_that_cannot_be_written_is_told_and_written_later(converged: Field) -> None:
    converged.shown("ceos01", "configure\ninterface Ethernet4\nswitchport access vlan 10\nend")
    converged.shown("ceos01", "write memory")
    converged.shown("ceos01", "lab fault reject-line ^write")
    try:
        said = converged.run("jump", *converged.words("--yes"))
        assert said.returncode == 1
        assert "ceos01: applied and proven, but not saved" in said.stderr
        assert "write memory" in said.stderr
    finally:
        converged.shown("ceos01", "lab fault clear")
    assert "access vlan 20" in converged.shown("ceos01", "show running-config diffs")
    assert "In sync" in converged.command("--dry-run")
    assert "access vlan 20" in converged.shown("ceos01", "show running-config diffs")
    converged.command("--yes")
    assert converged.shown("ceos01", "show running-config diffs").strip() == ""


SENSELESS = {
    "deep": ("ip", "head -c 200000 /dev/zero | tr '\\0' '['"),
    "address": ("ip", '/tmp/real-ip "$@" | sed s/192.168.209.64/192.168.209.640/g'),
    "neighbour": ("ip", '/tmp/real-ip "$@" | sed \'s/"dst":"192.168.209.64"/"dst":"zzz"/\''),
}


@pytest.mark.parametrize("kind", SENSELESS)
def test_a_node_whose_answers_make_no_sense(wounded: Field, kind: str) -> None:
    program, body = SENSELESS[kind]
    path = wounded.shown("k01-worker2", "sh", "-c", f"readlink -f $(command -v {program})").strip()
    script = f"#!/bin/sh\n{body}\n"
    copy = 'cp "$1" /tmp/real-ip; printf %s "$2" >/tmp/fake; chmod +x /tmp/fake /tmp/real-ip'
    wounded.shown("k01-worker2", "sh", "-c", copy, "sh", path, script)
    wounded.shown("k01-worker2", "mount", "--bind", "/tmp/fake", path)
    try:
        status, reason = state_of(wounded, "k01-worker2")
        assert status == "unreadable"
        assert reason
        repaired(wounded)
    finally:
        wounded.shown("k01-worker2", "umount", path)


def test_a_node_that_is_down(wounded: Field) -> None:
    wounded.shown("k01-worker3", "sh", "-c", "pkill -x sshd")
    status, reason = state_of(wounded, "k01-worker3")
    assert status == "unreachable"
    assert reason
    repaired(wounded)
