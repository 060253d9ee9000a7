"""The golden texts put into a real kernel, line by line, come back from `ip` and `bridge` as the same lines."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .test_worlds import WORLDS

TEXTS = [path for path in sorted(WORLDS.glob("*/*.txt")) if "# ip" in path.read_text()]
VXLAN = "vxlan id 7 dstport 7 local 127.0.0.1"
"""A device of somebody else's that only rows stand on."""
LACKING = ("ipip", "wireguard")
"""Kinds without a module in the kernels that we test on: their rows stand on a stand-in."""
Sections = dict[str, list[str]]
pytestmark = [pytest.mark.kernel, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"prints-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def run(namespace: str, program: str, *words: str) -> str:
    flag = ["-netns", namespace] if program == "ip" else ["-n", namespace]
    done = subprocess.run([program, *flag, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def sections(text: str) -> Sections:
    found: Sections = {}
    for line in text.splitlines():
        if line.startswith("# "):
            found[line.removeprefix("# ")] = command = []
        elif found:
            command.append(line)
    return {command: lines for command, lines in found.items() if command.startswith(("ip ", "bridge"))}


def devices(text: str) -> list[str]:
    named = re.findall(r"(?:\bdev |^N: )([a-z][\w.-]*)", text, re.MULTILINE)
    return [dev for dev in dict.fromkeys(named) if dev != "lo"]


def made(lines: list[str]) -> list[str]:
    """Lines of `ip -d link` whose devices can be made here."""
    return [line for line in lines if line.split()[1] not in LACKING]


def stand_in(dev: str, number: int, kind: str) -> str:
    """What to make of a device whose kind this kernel lacks, or that is somebody else's."""
    if kind.split()[:1] in (["ipip"], ["wireguard"]) or (not kind and "vxlan" not in dev):
        return f"veth peer name peer{number}"
    return kind or VXLAN


def make(namespace: str, text: str) -> None:
    """Interfaces without anything, then every line of every section in the order that a kernel needs."""
    run(namespace, "ip", "link", "set", "lo", "up")
    tunnels = dict(line.split(": ") for line in made(sections(text).get("ip -d link", [])))
    for number, dev in enumerate(sorted(devices(text), key=lambda dev: dev in tunnels)):
        kind = stand_in(dev, number, tunnels.get(dev, ""))
        run(namespace, "ip", "link", "add", dev, "type", *kind.split())
        run(namespace, "ip", "link", "set", dev, "up")
        if kind.startswith("veth"):
            run(namespace, "ip", "link", "set", f"peer{number}", "up")
    found = sections(text)
    _make_addresses(namespace, found.get("ip address", []))
    for command, lines in found.items():
        for words in _whole(lines) if "route" in command else ():
            _make_route(namespace, command, words)
        for line in lines if "rule" in command else ():
            _make_rule(namespace, command, line)
    for line in found.get("ip neighbour", []):
        words = line.replace("PERMANENT", "nud permanent").replace(" proto ", " protocol ")
        run(namespace, "ip", "neighbour", "add", *words.split())
    for line in found.get("bridge fdb", []):
        run(namespace, "bridge", "fdb", "append", *line.split())


def _make_addresses(namespace: str, lines: list[str]) -> None:
    dev = ""
    for line in lines:
        if header := re.match(r"N: ([^\s@]+)(?:@NONE)?:(?:.* mtu (\d+))?", line):
            dev = header[1]
            if header[2]:
                run(namespace, "ip", "link", "set", dev, "mtu", header[2])
        if address := re.match(r" +inet6? (\S.* scope \S+)", line):
            at_once = ["nodad"] if ":" in address[1] else []
            run(namespace, "ip", "address", "add", *address[1].split(), "dev", dev, *at_once)


def _whole(lines: list[str]) -> list[str]:
    """Lines with the legs of multipath routes joined to them."""
    return "\n".join(lines).replace("\n\t", " ").splitlines()


def _make_route(namespace: str, command: str, line: str) -> None:
    family = ["-6"] if command.startswith("ip -6") else []
    table = command.partition(" table ")[2] or "main"
    run(namespace, "ip", *family, "route", "add", "table", table, *line.split())


def _make_rule(namespace: str, command: str, line: str) -> None:
    family = ["-6"] if command.startswith("ip -6") else []
    priority, _, words = (
        line.replace("lookup [l3mdev-table]", "l3mdev").replace(" proto ", " protocol ").partition(":\t")
    )
    run(namespace, "ip", *family, "rule", "add", *words.split(), "priority", priority)


def printed(namespace: str, command: str) -> list[str]:
    program, *words = command.split()
    text = run(namespace, program, *words)
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_kernel_prints_what_we_print(path: Path, namespace: str) -> None:
    text = path.read_text()
    make(namespace, text)
    for command, lines in sections(text).items():
        found = printed(namespace, command)
        if "route" in command:
            assert [line for line in found if line in lines] == lines, command
        elif command == "ip address":
            assert {line for line in lines if "inet" in line} <= {line.removesuffix(" nodad") for line in found}
        elif command == "ip -d link":
            for words in (line.partition(": ")[2] for line in made(lines)):
                assert any(_says(line, words) for line in found), words
        else:
            assert set(lines) <= set(found), command


def _says(line: str, words: str) -> bool:
    """Whether the kernel's line has our words in our order, whatever stands between them."""
    return re.search(r"\b.*\b".join(map(re.escape, words.split())), line) is not None
