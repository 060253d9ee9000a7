"""Golden nodes: what iproute2 printed in; the entries, and the lines that lead to what is wanted, out.

``world.sh`` is how a kernel got there, or would, where it lacks a module; the captures are what it said (``CAPTURE=1``,
as root), ``wanted.json`` what a cluster wants of it; ``resources.json`` and ``lines.txt`` are golden. ``GOLDEN=1 pytest
tests/linux/test_golden.py`` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reconciler.core.change import diff
from reconciler.core.codec import as_json, from_json
from reconciler.core.driver import Answer
from reconciler.core.resource import Live, state_of
from reconciler.intent.calico.claim import CalicoClaim

from .node import DRIVER, Node

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
CAPTURES = (
    "address.json",
    "route4.json",
    "route6.json",
    "neigh.json",
    "fdb.json",
    "rule4.json",
    "rule6.json",
    "wireguard.txt",
    "session.txt",
    "managers.txt",
)


def _answers(case: Path) -> list[Answer]:
    return [Answer((case / name).read_text()) for name in CAPTURES]


def _golden(path: Path, text: str) -> str:
    if os.environ.get("GOLDEN"):
        path.write_text(text)
    return path.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_node(case: Path) -> None:
    reading = DRIVER.read(_answers(case))
    records = [as_json(resource) for resource in reading.found.values()]
    assert [from_json(record, DRIVER.kinds) for record in records] == list(reading.found.values())
    read = "".join(json.dumps(record) + "\n" for record in records)
    assert read == _golden(case / "resources.json", read)

    wanted = state_of(from_json(record, DRIVER.kinds) for record in json.loads((case / "wanted.json").read_text()))
    claim = CalicoClaim(declared=wanted)
    ours = {key: resource for key, resource in reading.found.items() if claim.owns(resource)}
    foreign = {key: resource for key, resource in reading.found.items() if key not in ours}
    script = DRIVER.write(diff(wanted, Live(ours, foreign)), reading)
    parts = [
        [f"{line}  # {line.change.verb} {line.change.key}" for line in part] for part in (script.makes, script.breaks)
    ]
    lines = "\n".join([*parts[0], "# and if all that worked", *parts[1]]) + "\n"
    assert lines == _golden(case / "lines.txt", lines)


def _can_make(node: Node, kind: str) -> bool:
    return node.shell(f"ip link add probe type {kind} && ip link del probe").status == 0


@pytest.mark.kernel
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_lines_lead_there(case: Path, bare: Node) -> None:
    """A kernel takes the golden lines, and then has nothing of ours but what is wanted."""
    world = (case / "world.sh").read_text()
    if lacks := [kind for kind in ("ipip", "wireguard") if kind in world and not _can_make(bare, kind)]:
        pytest.skip(f"this kernel has no module {', '.join(lacks)}")
    bare.must("printf 0 > /proc/sys/net/ipv6/conf/default/accept_dad\n" + world)
    if os.environ.get("CAPTURE"):
        for name, answer in zip(CAPTURES, bare.answers(), strict=True):
            (case / name).write_text(answer.text)
    wanted = state_of(from_json(record, DRIVER.kinds) for record in json.loads((case / "wanted.json").read_text()))
    claim = CalicoClaim(declared=wanted)
    for expected_changes in (True, False):
        reading = bare.reading()
        ours = {key: resource for key, resource in reading.found.items() if claim.owns(resource)}
        foreign = {key: resource for key, resource in reading.found.items() if key not in ours}
        changes = diff(wanted, Live(ours, foreign))
        assert bool(changes) == expected_changes
        assert bare.send(DRIVER.write(changes, reading)) == []
