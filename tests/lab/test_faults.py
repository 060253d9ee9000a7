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


def test_a_node_that_is_down(wounded: Field) -> None:
    wounded.shown("k01-worker3", "sh", "-c", "pkill -x sshd")
    status, reason = state_of(wounded, "k01-worker3")
    assert status == "unreachable"
    assert reason
    repaired(wounded)
