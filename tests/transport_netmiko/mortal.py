"""A reconciler that is killed (SIGKILL) at a given line of its transaction; run with a switch's folder and port.

Each line on standard input is an order: the number of the line of the conversation at which it dies, and whether
``before`` it is typed, or ``after`` its answer has come. What was typed last, or ``done``, is the answer. The order
``applied SECONDS``: it dies once its part of a transaction over several devices is applied, with that timer.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from pathlib import Path

from reconciler.core.resource import Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Svi, Vlan
from reconciler.transport.netmiko import NetmikoTransport, Settings
from reconciler.transport.netmiko_terminal import Terminal, Until
from tests.transport_netmiko.lab_switch import OURS, Cycle

WISHES: tuple[Resource, ...] = (
    Vlan(id=40, label="mortal"),
    Interface(ifname="Ethernet2", access=40, description="mortal"),
    Svi(vlan=40, addresses=("10.40.0.1/24",)),
)


def settings(folder: Path, port: int) -> Settings:
    return Settings(host="127.0.0.1", port=port, username="admin", password="admin", known_hosts=folder / "known_hosts")


async def apply(login: Settings, last: Path, number: int, when: str) -> None:
    """Reads first; lines are counted from the first one of the transaction."""
    cycle = Cycle(EosDriver(host="172.20.20.2"), NetmikoTransport(login))
    reading = await cycle.read()
    changes = cycle.plan(reading, WISHES, OURS, routes=True)
    usual, said = Terminal.ask, 0

    def ask(self: Terminal, line: str, patience: float, until: Until | None = None) -> str:
        nonlocal said
        said += 1
        last.write_text(line)
        _die_if(said == number and when == "before")
        answer = usual(self, line, patience, until)
        _die_if(said == number and when == "after")
        return answer

    Terminal.ask = ask  # type: ignore[method-assign]
    failures = await cycle.apply(reading, changes)
    last.write_text("done" if not failures else str(failures))


async def apply_and_die(login: Settings, last: Path, seconds: int) -> None:
    cycle = Cycle(EosDriver(host="172.20.20.2"), NetmikoTransport(login))
    reading = await cycle.read()
    commit = cycle.transport.transaction(1, seconds)
    failures = await commit.arm(cycle.script(reading, []))
    failures = failures or await commit.apply(cycle.script(reading, cycle.plan(reading, WISHES, OURS, routes=True)))
    last.write_text(str(failures or "applied"))
    _die_if(True)


def _die_if(now: bool) -> None:
    if now:
        os.kill(os.getpid(), signal.SIGKILL)


async def _obey(order: list[str], login: Settings, last: Path) -> None:
    number, when = order
    if number == "applied":
        await apply_and_die(login, last, int(when))
    else:
        await apply(login, last, int(number), when)


def main() -> None:
    """Whoever is forked finds everything imported: netmiko alone takes longer than a transaction."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    importlib.import_module("reconciler.transport.netmiko_login")
    for order in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(_obey(order.split(), settings(folder, port), folder / "last"))
            os._exit(0)
        os.waitpid(child, 0)
        sys.stdout.write((folder / "last").read_text() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
