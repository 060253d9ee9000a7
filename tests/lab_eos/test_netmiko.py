"""netmiko, unmodified, as a third stranger: the acceptance tests of the reference's section 9.3."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import netmiko
import pytest

from tests.lab_eos.conftest import Server, serving

MODELS = (
    *("show version", "show hostname", "show vlan", "show interfaces", "show interfaces status", "show vrf"),
    *("show interfaces switchport", "show ip interface", "show ip interface brief", "show ip route", "show arp"),
    *("show ip route vrf all", "show running-config", "show configuration sessions", "show lldp neighbors"),
    *("show mac address-table", "show vlan internal usage", "show ipv6 interface", "show configuration checkpoints"),
)
"""Commands that have a model in JSON."""
TEXTS = ("show clock", "show logging", "show interfaces trunk", "show startup-config", "show running-config all")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("netmiko")) as running:
        yield running


@pytest.fixture(scope="module")
def device(server: Server) -> Iterator[Any]:
    options = {"username": "admin", "password": "admin", "port": server.port, "secret": ""}
    with netmiko.ConnectHandler(device_type="arista_eos", host="127.0.0.1", **options) as connection:
        connection.enable()
        yield connection


def asked(device: Any, command: str) -> str:
    return str(device.send_command(command, expect_string=r"(?m)^ceos01#\s*\Z"))


def test_every_model_is_json(device: Any) -> None:
    for command in MODELS:
        assert isinstance(json.loads(asked(device, f"{command} | json")), dict), command


def test_every_text_is_an_answer(device: Any) -> None:
    for command in TEXTS:
        assert not asked(device, command).startswith("% "), command


def test_sixty_lines_in_two_seconds(server: Server, device: Any) -> None:
    lines = [line for number in range(100, 130) for line in (f"vlan {number}", f"name net-{number}")]
    started = time.monotonic()
    device.send_config_set(lines)
    assert time.monotonic() - started < 2
    assert "name net-129\n" in server.console("show running-config")


def test_an_error_is_seen(device: Any) -> None:
    with pytest.raises(netmiko.ConfigInvalidException):
        device.send_config_set(["vlan 30", "frobnicate"], error_pattern=r"(?m)^% .+")
    device.exit_config_mode()


def test_a_session(server: Server, device: Any) -> None:
    lines = ["interface Ethernet1", "description ceos01#uplink"]
    command = "configure session rec-1"
    device.send_config_set(lines, config_mode_command=command, exit_config_mode=False, cmd_verify=True)
    assert device.find_prompt() == "ceos01(config-s-rec-1-if-Et1)#"
    device.exit_config_mode()
    assert "+   description ceos01#uplink\n" in asked(device, "show session-config named rec-1 diffs")
    asked(device, "configure session rec-1 abort")
    assert "uplink" not in server.console("show running-config")


def test_saving(server: Server, device: Any) -> None:
    server.console("configure", "vlan 40", "end")
    assert "Copy completed successfully." in device.save_config()
    assert asked(device, "show running-config diffs").strip() == ""
