"""scrapli's own EOS platform, unpatched, over its two SSH transports: another stranger that must feel at home.

It insists on an enable secret, so the switch has one. scrapli_cfg (2025.1.30) cannot be used: it imports
``scrapli.driver``, which the scrapli of 2026 does not have any more. Sessions are typed as a person would.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scrapli import AuthOptions, Cli, SessionOptions, TransportBinOptions, TransportSsh2Options
from scrapli.auth import LookupKeyValue

from tests.lab_eos.conftest import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("scrapli"), "4.31.2F") as running:
        running.console("configure", "enable secret sesame", "end", "write")
        yield running


@pytest.fixture(scope="module", params=["ssh2", "bin"])
def client(server: Server, request: pytest.FixtureRequest) -> Iterator[Cli]:
    """libssh2, and the machine's own `ssh`."""
    kinds = {"ssh2": TransportSsh2Options, "bin": TransportBinOptions}
    lookups = [LookupKeyValue("enable", "sesame")]
    with Cli(
        "127.0.0.1",
        definition_file_or_name="arista_eos",
        port=server.port,
        auth_options=AuthOptions(username="admin", password="admin", lookups=lookups),
        session_options=SessionOptions(operation_timeout_s=5),
        transport_options=kinds[request.param](),
    ) as opened:
        yield opened


def test_a_command(client: Cli) -> None:
    answer = client.send_input("show version")
    assert not answer.failed
    assert answer.result.startswith("Arista cEOSLab\n")
    assert "Software image version: 4.31.2F-" in answer.result
    assert client.get_prompt().result == "ceos01#"


def test_a_bad_command(client: Cli) -> None:
    assert client.send_input("show frobnication").failed


def test_configuration(server: Server, client: Cli) -> None:
    typed = client.send_inputs(["vlan 30", "name scrapli", "interface e1", "mtu 9000"], requested_mode="configuration")
    assert not typed.failed
    assert "30    scrapli" in client.send_input("show vlan brief").result
    assert "   mtu 9000\n" in server.console("show running-config interfaces Ethernet1")


def test_a_configuration_session(server: Server, client: Cli) -> None:
    name = "scrapli-1"
    lines = [f"configure session {name}", "interface loopback1", "description tacocat", "show session-config diffs"]
    diff = client.send_inputs(lines).results[-1]
    assert diff.startswith(f"--- system:/running-config\n+++ session:/{name}-session-config\n@@ -")
    assert "\n+interface Loopback1\n+   description tacocat\n+!\n interface Management0" in diff
    assert client.get_prompt().result == "ceos01(config-s-scrapl-if-Lo1)#"
    client.send_input("end")
    assert "tacocat" not in server.console("show running-config")
    client.send_input(f"configure session {name} commit")
    assert "tacocat" in server.console("show running-config")
    client.send_inputs(["configure session scrapli-2", "no interface loopback1", "commit"])
    assert "tacocat" not in server.console("show running-config")
    client.send_inputs(["configure session scrapli-3", "vlan 99", "exit", "abort"])
    assert "vlan 99" not in server.console("show running-config")
    assert client.get_prompt().result == "ceos01#"
