"""Which device a syslog message is from: by the address it came from, else by the name it gives itself. Pure.

Nobody proves in syslog who they are. So an address of one device never speaks for another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

Addresses = Mapping[str, Collection[str]]
"""Of each device of the inventory, by its name."""


def speaker(address: str, hostname: str, devices: Addresses) -> str | None:
    """The device, or None. ``hostname``: of the message, also with its domain, or an address (`logging format`).

    Devices that share an address (behind one host) are told apart by their names. A switch whose messages leave by
    another interface than the one we know (`logging source-interface`) is known by its name alone.
    """
    there = [name for name, addresses in devices.items() if address in addresses]
    if len(there) == 1:
        return there[0]
    named = [name for name in there or devices if _is_called(name, hostname, devices[name])]
    return named[0] if len(named) == 1 else None


def _is_called(name: str, hostname: str, addresses: Collection[str]) -> bool:
    said, known = hostname.lower(), name.lower()
    return said in (known, *addresses) or said.startswith(f"{known}.")
