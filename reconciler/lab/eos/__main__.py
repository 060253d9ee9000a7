"""Run the switch: `python -m reconciler.lab.eos --hostname ceos01 --listen ADDRESS ...`, as root in its namespace.

Prints ``ready`` once SSH accepts connections and the kernel forwards what the configuration says. SIGTERM and SIGINT
end it with exit code 0; a key, an address or a file that cannot be used ends it with 1 and one line on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from . import local, names, server
from .kernel import DataPlane
from .links import KernelLinks, Links, NamedLinks
from .switch import RELEASE, Apply, Model, Switch

POLL = 0.5
"""Seconds between two looks for ports that have come or gone."""


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reconciler.lab.eos", description="The lab's EOS-speaking switch.")
    parser.add_argument("--hostname", required=True)
    parser.add_argument("--state-dir", type=Path, required=True, metavar="DIR", help="what outlives the process")
    parser.add_argument("--listen", required=True, metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=22)
    parser.add_argument("--host-key", type=Path, required=True, metavar="FILE")
    parser.add_argument("--startup-config", type=Path, required=True, metavar="FILE", help="unless one was saved")
    parser.add_argument("--ports", default="", metavar="eth0,eth1,...", help="ports to wait for")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--eos-version", default=RELEASE, type=_release, metavar="X.Y.ZF", help="which EOS to be")
    parser.add_argument("--no-dataplane", action="store_true", help="only talk: no bridges, no root, any port is up")
    return parser.parse_args(argv)


def _release(text: str) -> str:
    if not re.fullmatch(r"\d+(?:\.\d+){1,3}[A-Z]?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version of EOS, such as {RELEASE}")
    return text


def _hardware(arguments: argparse.Namespace) -> tuple[Links, Apply]:
    devices = [device for device in arguments.ports.split(",") if device]
    if arguments.no_dataplane:
        return NamedLinks(devices), lambda _config, _ports: None
    links, plane = KernelLinks(), DataPlane(arguments.hostname)
    here = {device for port in links.ports() if (device := names.device(port))}
    plane.reset(sorted(here))
    return links, plane.apply


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    links, apply = _hardware(arguments)
    switch = Switch(arguments.hostname, arguments.state_dir, links, apply, Model(arguments.eos_version))
    startup = arguments.startup_config.read_text(encoding="utf-8")
    for line in switch.boot(startup, (arguments.username, arguments.password)):
        sys.stderr.write(f"startup-config: {line}\n")
    console = await local.listen(switch, arguments.state_dir / "cli.sock")
    terminals = await server.listen(switch, arguments.listen, arguments.port, arguments.host_key)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not stop.is_set():
        switch.follow()
        await _wait(stop)
    terminals.close()
    console.close()


async def _wait(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), POLL)
    except TimeoutError:
        return


def main(argv: Sequence[str]) -> int:
    """Serve until told to stop."""
    try:
        asyncio.run(_serve(_arguments(argv)))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"reconciler.lab.eos: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
