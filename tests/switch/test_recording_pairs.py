"""From each real switch's configuration to each other one, as far as it is ours, and back byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.resource import Key, Resource, State
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.configuration import read
from reconciler.switch.eos.unified import hunks
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench
from tests.switch.states import exactly

FIXTURES = Path(__file__).parents[2].parent / "shared" / "reference" / "eos-fixtures"
NAMES = ("rc_ceos4360_r1.txt", "rc_veos4230_leaf01.txt", "rc_veos_evpn_DC1-LEAF2A.txt", "rc_ceos4342.json")
PORTS = ("eth0", *(f"eth{number}" for number in range(1, 33)))
OURS = ("vlan ", "interface ", "ip route", "ipv6 route", "ip routing", "no ip routing", "ipv6 unicast", "vrf instance")

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"no recordings of real switches in {FIXTURES}")


def startup(name: str) -> str:
    text = (FIXTURES / name).read_text()
    return "\n".join(_lines(json.loads(text)["cmds"], 0)) + "\n" if name.endswith(".json") else text


def _lines(commands: dict[str, Any], depth: int) -> Iterator[str]:
    for line, below in commands.items():
        yield "   " * depth + line
        yield from _lines(below["cmds"], depth + 1) if below else ()


def bench(folder: Path, name: str) -> Bench:
    """VRFs stay: others' BGP lines stand in them."""
    claim = SwitchClaim(vlans=frozenset(range(2, 4095)), routes=True, bgp=True, loopbacks=True)
    return Bench(Box(folder / "state", startup(name), ports=PORTS), EosDriver("172.20.20.2", "172.20.20.1"), claim)


def wanted(found: State, here: Bench) -> list[Resource]:
    """What is another switch's, and could be this one's: not its management, nor a BGP router of another number."""
    reading = here.read()
    routers = {one.values.get("asn") for one in (*found.values(), *reading.found.values()) if one.kind == "bgp"}
    away = ("bgp", "bgp_neighbor", "bgp_listen") if len(routers) > 1 else ()
    managed = [key for key in found if key.name.startswith("Management") or key in reading.session or key.kind in away]
    vrfs = {key.name for key in found if key.kind == "vrf"} | {"default"}
    return exactly(
        one for key, one in found.items() if key not in managed and _vrf(one) in vrfs and "172.20.20." not in key.name
    )


def _vrf(resource: Resource) -> str:
    return str(getattr(resource, "vrf", None) or "default")


def spared(here: Bench) -> list[Resource]:
    """What takes lines of others along when it goes: it stays."""
    reading = here.read()
    return exactly(one for key, one in reading.found.items() if key in reading.configuration.rest)


@pytest.mark.parametrize(("origin", "goal"), list(permutations(NAMES, 2)))
def test_the_owned_part_of_one_becomes_that_of_another(tmp_path: Path, origin: str, goal: str) -> None:
    here = bench(tmp_path, origin)
    before = here.read()
    there = read(Box(tmp_path / "other", startup(goal), ports=PORTS).ask("enable", "show running-config")).found
    wishes = list({one.key: one for one in (*spared(here), *wanted(there, here))}.values())
    changes = here.plan(before, wishes)
    assert changes
    after = here.apply(before, changes)
    assert here.plan(after, wishes) == []
    assert after.configuration.foreign == before.configuration.foreign
    assert after.configuration.rest == before.configuration.rest
    assert here.undone(before, changes).configuration.text == before.configuration.text


def test_the_sessions_diff_is_of_owned_lines_alone(tmp_path: Path) -> None:
    here = bench(tmp_path, NAMES[2])
    there = read(startup(NAMES[1]) if startup(NAMES[1]).rstrip().endswith("end") else "end").found
    seen: list[str] = []
    usual = here.box.switch.session_diff

    def session_diff(session: Any) -> str:
        seen.append(usual(session))
        return seen[-1]

    here.box.switch.session_diff = session_diff  # type: ignore[method-assign]
    here.converge(wanted(there, here))
    assert seen
    for hunk in hunks(seen[0]):
        lost, gained = set(hunk.old) - set(hunk.new), set(hunk.new) - set(hunk.old)
        heads = [line for line in (*lost, *gained) if line and not line.startswith((" ", "!"))]
        assert all(line.startswith(OURS) for line in heads), heads


def test_reading_what_was_written_gives_the_same_resources(tmp_path: Path) -> None:
    for name in NAMES:
        here = bench(tmp_path / name, name)
        found = here.read().found
        again = Box(tmp_path / f"{name}-again", here.box.text, ports=PORTS)
        assert read(again.ask("enable", "show running-config")).found == found
        assert Key("vlan", "1") in found
