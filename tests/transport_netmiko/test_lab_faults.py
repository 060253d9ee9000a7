"""Everything that can go wrong with a switch, once each: what a person reads, and what becomes of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.switch.eos import proof
from reconciler.transport import netmiko_talker
from tests.transport_netmiko.lab_switch import STARTUP, LabSwitch, lab_switch

DESIRED = """apiVersion: reconciler/v1
kind: Switch
metadata: {name: ceos01}
spec:
  vlans: {40: {name: wanted}}
  interfaces:
    Ethernet2: {access: 40, description: wanted}
    Ethernet3: {access: 1, description: wanted}
  svis: {40: {addresses: [10.40.0.1/24]}}
"""
INVENTORY = """apiVersion: reconciler/v1
kind: Inventory
metadata: {name: faults}
spec:
  defaults: {connectTimeout: 2, commandTimeout: 2, knownHosts: known_hosts}
  devices:
    ceos01: {platform: arista_eos, host: 127.0.0.1, port: %d, username: admin, password: {env: CEOS_PASSWORD}%s}
"""
UNDO = (
    *("no interface Vlan40", "interface Ethernet2", "no description", "no switchport access vlan"),
    *("interface Ethernet3", "no description", "no vlan 40"),
)


class Said(NamedTuple):
    """``output`` on one line."""

    exit_code: int
    output: str
    exception: BaseException | None


@dataclass(frozen=True)
class Bench:
    """One switch, the documents that want something of it, and the command line."""

    switch: LabSwitch
    state: Path

    def reconcile(self, *words: str, extra: str = "") -> Said:
        (self.switch.folder / "inventory.yaml").write_text(INVENTORY % (self.switch.settings.port, extra))
        (self.switch.folder / "desired").mkdir(exist_ok=True)
        (self.switch.folder / "desired" / "switch.yaml").write_text(DESIRED)
        paths = ["--desired", str(self.switch.folder / "desired")]
        paths += ["--inventory", str(self.switch.folder / "inventory.yaml")]
        environment = {"CEOS_PASSWORD": "admin", "RECONCILE_STATE": str(self.state), "NO_COLOR": "1"}
        ran = CliRunner().invoke(root, [*paths, *words], standalone_mode=False, env=environment)
        return Said(ran.return_value or 0, " ".join(ran.output.split()), ran.exception)

    @property
    def running(self) -> str:
        return self.switch.console("enable", "show running-config")

    def undone(self) -> str:
        self.switch.console(
            "lab fault clear", "enable", "configure terminal", "hostname ceos01", *UNDO, "end", "write memory"
        )
        return self.running


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSwitch]:
    with lab_switch(tmp_path_factory.mktemp("switch"), STARTUP) as running:
        yield running


@pytest.fixture
def bench(switch: LabSwitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(proof, "PAUSES", (0.0, 0.1, 0.2))
    monkeypatch.setattr(netmiko_talker, "TRIES", 1)
    return Bench(switch, tmp_path)


NOTHING_LEFT = {
    "reject-line name wanted": "ceos01: name wanted: % Invalid input; nothing was changed",
    "lock maintenance": "ceos01: somebody has locked the configuration (`show configuration lock` tells who): % Unable "
    "to run this command (configuration is locked by another session); nothing was changed",
    "foreign-session": "ceos01: somebody is about to change the configuration: pending session foreign-",
    "full-sessions": "ceos01: all 5 configuration sessions are open: foreign-",
    "foreign-timer": "ceos01: session 'foreign-timer' waits for its commit to be confirmed",
    "no-timer": "ceos01: not committed: this switch has no `commit timer` (% Invalid input); `transaction: none` in",
    "no-sessions": "ceos01: this switch has no configuration sessions (% Unavailable command (not supported on this ",
    "fail-commit": "ceos01: 'commit timer 00:02:00' was refused: % Cannot commit: internal error; nothing was changed",
    "hang at name": "ceos01: 127.0.0.1: no answer to 'name wanted' within 2 s; what was begun has been taken back",
    "cut at name": "ceos01: 127.0.0.1: the connection was lost at 'name wanted'; what was begun has been taken back",
    "cut behind commit timer": "ceos01: 127.0.0.1: the connection was lost at 'commit timer 00:02:00'; what was begun "
    "has been taken back",
    "reboot at vlan 40": "ceos01: 127.0.0.1: the connection was lost at 'vlan 40'; what was begun has been taken back",
    "refuse-after-commit": "ceos01: taken back: no new connection could be opened (login refused for user admin)",
    "port-down Ethernet3": "ceos01: taken back: Ethernet3 was up before and is not any more",
    "refuse-login": "! unreachable: 127.0.0.1: login refused for user admin",
    "cut at enable": "! unreachable: 127.0.0.1: the connection was lost during login (",
    "hang": "! unreachable: 127.0.0.1: logged in, but no prompt within 2 s",
    "half-answer 900": "! unreachable: 127.0.0.1: no answer to 'show running-config' within 2 s",
    "half-answer 900 prompt": "! unreadable: half an answer: it ends with ",
}


@pytest.mark.parametrize("fault", NOTHING_LEFT)
def test_what_goes_wrong_is_named_and_nothing_is_changed(bench: Bench, fault: str) -> None:
    before = bench.undone()
    bench.switch.console(f"lab fault {fault}")
    ran = bench.reconcile("--yes")
    assert NOTHING_LEFT[fault] in ran.output
    assert ran.exit_code == (4 if "! unrea" in ran.output else 1)
    assert ran.exception is None
    assert bench.running == before
    theirs = bench.switch.pending()
    assert all(name.startswith("foreign-") for name in theirs)
    bench.undone()
    ran = bench.reconcile("--yes")
    assert (ran.exit_code, bench.switch.pending()) == (0, [])
    assert "name wanted" in bench.running


HARMLESS = {
    "slow 0.02": "Applied and proven on 1 of 1 devices.",
    "chunks 100": "Applied and proven on 1 of 1 devices.",
    "double-echo": "Applied and proven on 1 of 1 devices.",
    "syslog": "Applied and proven on 1 of 1 devices.",
    "supervisor": "Applied and proven on 1 of 1 devices.",
    "internal-sessions": "Applied and proven on 1 of 1 devices.",
    "dialect 4.31": "Applied and proven on 1 of 1 devices.",
    "cut behind commit$": "Applied and proven on 1 of 1 devices.",
    "rename ceos01-new": "applied, and not saved: the startup configuration also differs in lines that are not ours;",
    "session-extra vlan 941 ; name theirs": "applied, and not saved: vlan 941 differs from the startup configuration,",
    "foreign-commit vlan 942 ; name theirs": "applied, and not saved: vlan 942 differs from the startup configuration,",
    "fail-save": "applied and proven, but not saved: 'write memory' was refused: % Error copying",
}


@pytest.mark.parametrize("fault", HARMLESS)
def test_what_is_only_odd_is_lived_with(bench: Bench, fault: str) -> None:
    bench.undone()
    bench.switch.console(f"lab fault {fault}")
    ran = bench.reconcile("--yes")
    assert HARMLESS[fault] in ran.output
    assert ran.exit_code == (1 if fault == "fail-save" else 0)
    assert "name wanted" in bench.running
    assert bench.switch.pending() == []
    assert "not saved" in ran.output or bench.switch.console("enable", "show running-config diffs").strip() == ""
    saved = bench.running
    bench.undone()
    assert all(vlan in saved for vlan in re.findall("94[12]", fault))


def test_a_reboot_between_two_looks_is_a_new_connection(bench: Bench) -> None:
    bench.undone()
    assert bench.reconcile("--yes", extra=", save: never").exit_code == 0
    bench.switch.console("lab fault reboot")
    ran = bench.reconcile("--dry-run")
    assert ran.exit_code == 2
    assert "1 to create" in ran.output or "2 to create" in ran.output


@pytest.mark.parametrize("fault", ["no-timer", "no-sessions"])
def test_without_transactions_it_goes_line_by_line_where_that_is_wanted(bench: Bench, fault: str) -> None:
    bench.undone()
    bench.switch.console(f"lab fault {fault}")
    ran = bench.reconcile("--yes", extra=", transaction: none")
    assert ran.exit_code == 0, ran.output
    assert "name wanted" in bench.running
    bench.undone()
    bench.switch.console("lab fault reject-line ^ip address")
    ran = bench.reconcile("--yes", extra=", transaction: none")
    assert ran.exit_code == 1
    assert "ceos01: ip address 10.40.0.1/24: % Invalid input" in ran.output
    assert "name wanted" in bench.running


@pytest.mark.parametrize("size", range(700, 9100, 1200))
def test_cut_at_any_byte_it_is_the_old_or_the_new_configuration(bench: Bench, size: int) -> None:
    old = bench.undone()
    bench.switch.console(f"lab fault cut after {size}")
    ran = bench.reconcile("--yes")
    assert ran.exit_code in (0, 1, 4)
    if ran.exit_code:
        assert "127.0.0.1: the connection was lost" in ran.output
        assert bench.running == old
    bench.switch.console("lab fault clear")
    assert bench.reconcile("--yes").exit_code == 0
    assert "name wanted" in bench.running
    assert bench.switch.pending() == []


def test_who_only_looks_does_not_clear_up_either(bench: Bench) -> None:
    bench.undone()
    bench.switch.console("enable", "configure session rec-dead-1-2-3", "vlan 944", "end")
    try:
        assert bench.reconcile("--dry-run").exit_code == 2
        assert bench.reconcile("--yes", extra=", mode: audit").exit_code == 2
        assert bench.reconcile("observe").exit_code == 0
        assert bench.switch.pending() == ["rec-dead-1-2-3"]
        assert bench.reconcile("--yes").exit_code == 0
        assert bench.switch.pending() == []
    finally:
        bench.switch.console("enable", "configure session rec-dead-1-2-3 abort")
