"""The units as systemd itself judges them, without running them; tests/system runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICE = UNITS / "reconciler.service"
LIMIT = 2.0

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")


def test_little_is_exposed() -> None:
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", SERVICE], capture_output=True, text=True
    )
    level = re.search(r"exposure level for reconciler.service: ([\d.]+)", ran.stdout)
    assert level is not None, ran.stderr
    assert float(level[1]) <= LIMIT


def test_systemd_knows_every_word(tmp_path: Path) -> None:
    """With a command that is there: ours is not installed where tests run."""
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.socket")):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/bin/reconcile", "/bin/true"))
    ran = subprocess.run(["systemd-analyze", "verify", *tmp_path.iterdir()], capture_output=True, text=True)
    assert [line for line in ran.stderr.splitlines() if "reconciler" in line] == []
    assert ran.returncode == 0


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's words have capitals
    parser.read(UNITS / name)
    return parser


@pytest.mark.parametrize(
    ("name", "sockets"), [("reconciler.socket", "syslog"), ("reconciler-webhook.socket", "webhook")]
)
def test_a_socket_never_starts_what_somebody_has_stopped(name: str, sockets: str) -> None:
    """It comes and goes with the service, and its descriptors have the name that the daemon asks for."""
    found = unit(name)
    assert found["Socket"]["FileDescriptorName"] == sockets
    assert found["Socket"].get("Service", SERVICE.name) == SERVICE.name
    assert found["Unit"]["PartOf"] == found["Install"]["WantedBy"] == SERVICE.name
