"""`show version`, `show hostname`, `show clock`, `show logging`."""

from __future__ import annotations

import platform
import time
from pathlib import Path
from typing import Any

from .show_interfaces import MAC, PHYSICAL
from .shown import Shown, Shows, View

BUILD = "5a0d4c9b-3f42-4a7e-9c31-4340f0000000"
SERIAL = "3B6F0E0D2C5C1A9F4340F00000000001"


def version(view: View) -> Shown:
    return Shown(lambda: _version(view), lambda: _version_data(view))


def hostname(view: View) -> Shown:
    name = view.switch.hostname
    return Shown(lambda: f"Hostname: {name}\nFQDN:     {name}\n", lambda: {"hostname": name, "fqdn": name})


def clock(_view: View) -> Shown:
    now = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime())
    return Shown(lambda: f"{now}\nTimezone: UTC\nClock source: local\n")


def logging(view: View, line: str = "") -> Shown:
    """Raises: Refused."""
    text = view.switch.log.show(line)
    return Shown(lambda: text)


def _memory() -> tuple[int, int]:
    """Total and free, in kB."""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return int(lines["MemTotal"].split()[0]), int(lines["MemFree"].split()[0])


def _version(view: View) -> str:
    total, free = _memory()
    return f"""\
Arista cEOSLab
Hardware version:{" "}
Serial number: {SERIAL}
Hardware MAC address: {MAC}
System MAC address: {MAC}

Software image version: {view.switch.version} (engineering build)
Architecture: {platform.machine()}
Internal build version: {view.switch.version}
Internal build ID: {BUILD}
Image format version: 1.0
Image optimization: None

Kernel version: {platform.release()}

Uptime: {_uptime(view.switch.uptime)}
Total memory: {total} kB
Free memory: {free} kB

"""


def _uptime(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (minutes, "minute"))]
    return " and ".join(words if hours else words[1:])


def _version_data(view: View) -> dict[str, Any]:
    total, free = _memory()
    return {
        "mfgName": "Arista",
        "modelName": "cEOSLab",
        "hardwareRevision": "",
        "serialNumber": SERIAL,
        "systemMacAddress": PHYSICAL,
        "hwMacAddress": "00:00:00:00:00:00",
        "configMacAddress": "00:00:00:00:00:00",
        "version": f"{view.switch.version} (engineering build)",
        "architecture": platform.machine(),
        "internalVersion": view.switch.version,
        "internalBuildId": BUILD,
        "imageFormatVersion": "1.0",
        "imageOptimization": "None",
        "kernelVersion": platform.release(),
        "bootupTimestamp": view.switch.booted,
        "uptime": view.switch.uptime,
        "memTotal": total,
        "memFree": free,
        "isIntlVersion": False,
    }


COMMANDS: Shows = {
    "show version": version,
    "show hostname": hostname,
    "show clock": clock,
    "show logging [LINE]": logging,
}
