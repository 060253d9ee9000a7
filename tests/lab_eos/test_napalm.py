"""NAPALM's own `eos` driver over SSH, unpatched: written against real switches, it shares no code with ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import napalm
import pytest
from napalm.base.exceptions import SessionLockedException

from tests.lab_eos.conftest import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("napalm")) as running:
        yield running


@pytest.fixture(scope="module")
def opened(server: Server) -> Iterator[Any]:
    optional = {"transport": "ssh", "port": server.port}
    driver = napalm.get_network_driver("eos")("127.0.0.1", "admin", "admin", optional_args=optional)
    driver.open()
    yield driver
    driver.close()


@pytest.fixture
def driver(server: Server, opened: Any) -> Iterator[Any]:
    """The device, and after the test no session of it, no fault, and the running configuration that was."""
    server.console("configure checkpoint save before", "copy running-config startup-config")
    yield opened
    server.console("lab fault clear")
    opened.discard_config()
    server.console("configure checkpoint restore before")


def names(server: Server) -> str:
    return server.console("show vlan brief")


def test_what_it_reads(driver: Any) -> None:
    facts = driver.get_facts()
    assert (facts["hostname"], facts["model"], facts["os_version"][:7]) == ("ceos01", "cEOSLab", "4.34.0F")
    assert facts["interface_list"][:4] == ["Ethernet1", "Ethernet2", "Ethernet3", "Ethernet4"]
    assert driver.get_vlans()["10"] == {
        "name": "Calico-Network",
        "interfaces": ["Cpu", "Ethernet1", "Ethernet2", "Ethernet3"],
    }
    assert driver.get_interfaces_ip()["Vlan10"]["ipv4"] == {"10.10.10.1": {"prefix_length": 24}}
    port = driver.get_interfaces()["Ethernet1"]
    assert (port["is_up"], port["mac_address"]) == (True, "00:1C:73:00:00:01")
    assert (driver.get_lldp_neighbors(), driver.get_arp_table(), driver.get_mac_address_table()) == ({}, [], [])
    assert driver.get_config()["running"].endswith("!\nend")


def test_merge_compare_discard(server: Server, driver: Any) -> None:
    driver.load_merge_candidate(config="vlan 30\n   name napalm\ninterface Ethernet1\n   description by napalm\n")
    changed = [line for line in driver.compare_config().splitlines() if line.startswith(("+", "-"))]
    assert changed == [
        *("+vlan 30", "+   name napalm", "+!"),
        *("-   description Connection to k01-control-plane", "+   description by napalm"),
    ]
    driver.discard_config()
    assert "napalm" not in names(server)
    assert driver.compare_config() == ""


def test_commit_and_rollback(server: Server, driver: Any) -> None:
    driver.load_merge_candidate(config="vlan 30\n   name napalm\n")
    driver.commit_config()
    assert "30    napalm" in names(server)
    assert server.console("show running-config diffs") == ""
    driver.rollback()
    assert "napalm" not in names(server)


@pytest.mark.parametrize("dialect", ["4.31", "4.34"])
def test_a_commit_is_confirmed(server: Server, driver: Any, dialect: str) -> None:
    server.console(f"lab fault dialect {dialect}")
    driver.load_merge_candidate(config="vlan 31\n   name confirmed\n")
    driver.commit_config(revert_in=90)
    assert driver.has_pending_commit()
    (left,) = driver._get_pending_commits().values()
    assert 80 <= left <= 90
    driver.confirm_commit()
    assert not driver.has_pending_commit()
    assert "31    confirmed" in names(server)


def test_a_commit_is_taken_back(server: Server, driver: Any) -> None:
    driver.load_merge_candidate(config="vlan 32\n   name regretted\n")
    driver.commit_config(revert_in=90)
    assert "32    regretted" in names(server)
    driver.rollback()
    assert "regretted" not in names(server)
    assert not driver.has_pending_commit()


def test_a_whole_configuration_replaces(server: Server, driver: Any) -> None:
    running = driver.get_config(retrieve="running")["running"]
    driver.load_replace_candidate(config=running.replace("k01-worker3", "replaced"))
    changed = [line for line in driver.compare_config().splitlines() if line.startswith(("+", "-"))]
    assert changed == ["-   description Connection to k01-worker3", "+   description Connection to replaced"]
    driver.commit_config()
    assert "replaced" in server.console("show running-config interfaces Ethernet4")


def test_it_respects_another_session(server: Server, driver: Any) -> None:
    server.console("lab fault foreign-session")
    with pytest.raises(SessionLockedException):
        driver._lock()


def test_nobody_is_left_behind(server: Server, driver: Any) -> None:
    driver.load_merge_candidate(config="vlan 33\n")
    assert _pending(server) == [driver.config_session]
    driver.discard_config()
    assert _pending(server) == []


def _pending(server: Server) -> list[str]:
    rows = (line.split() for line in server.console("show configuration sessions").splitlines())
    return [row[0] for row in rows if row[1:2] == ["pending"]]
