"""Files from anybody: whatever is in them, an import ends soon, in documents that are good or in a refusal."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.adopt.adopted import Adopted, Refused
from reconciler.adopt.containerlab.importing import containerlab
from reconciler.adopt.containerlab.reach import Host
from reconciler.adopt.inventories.foreign import MOST_HOSTS
from reconciler.adopt.inventories.importing import inventory
from reconciler.desired import recognise
from reconciler.desired.compose import compose
from reconciler.desired.device import InventoryShape
from reconciler.desired.invalid import validated
from reconciler.desired.style import written
from tests.adopt.memory import Memory, folder

HERE = Path(__file__).parent
FABRIC = folder(HERE / "containerlab" / "fabric")
INVENTORIES = {name: folder(HERE / "inventories" / name) for name in ("ini", "yaml", "listing", "nornir", "clab")}
SLOWEST = 5.0
"""Seconds of this process for one import; most take some milliseconds."""
QUICK = (Phase.explicit, Phase.generate)
"""A failure shows its files as they are: to make them smaller takes minutes."""
MOST_MEMORY = 200 * 1024
"""KiB that a long run may add."""
ODD = (
    *(
        "\x00",
        "\ufeff",
        "\u2028",
        "é",
        "²",
        "٣",
        "%",
        "&a ",
        "*a",
        "<<: *a",
        "!!python/object:os.system",
        "{{ x }}",
        "${X:-y}",
    ),
    *("[1:999999999]", "[a:z][a:z][a:z][a:z]", "-" * 300, "9" * 300, "(" * 200, "[" * 60, "{" * 60, "'", '"', "`id`"),
    *("null", "~", "true", "[]", "{}", "\n", "\t", "  ", ": ", "- ", "|", ">", "#", "=", "10.0.0.1/33", "::/129"),
    *("vlan 5000", "interface Ethernet1-4", "ip route 0.0.0.0/0 Null0", "banner motd", "router bgp 0", "end", "\\"),
    *(
        "ip link add",
        "sh -c ",
        "bash -c 'ip a a'",
        "$ANSIBLE_VAULT;1.1;AES256",
        "ansible_port=0x16",
        "lookup('env', 'X')",
    ),
)
Text = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.integers(-9, 2**40).map(str))


@st.composite
def mangled(draw: st.DrawFn, files: Mapping[str, str]) -> dict[str, str]:
    """The files with some places cut out, doubled, exchanged, or overwritten by something odd."""
    found = dict(files)
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(sorted(found)))
        text = found[name]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 10, 60, 400])))
        found[name] = text[:start] + draw(st.one_of(Text, st.just(text[start:end] * 2))) + text[end:]
    return found


def must_be_good(adopted: Adopted) -> None:
    """What is written can be read, and every document fits its model."""
    text = written([*adopted.documents, *adopted.inventory])
    trees, faults = compose(text)
    assert faults == [], text
    assert len(trees) == len(adopted.documents) + len(adopted.inventory)
    for tree in trees:
        head = recognise.head(tree)
        if head.kind == "Inventory":
            spec = tree.nearest(("spec",))
            devices = {name: one.plain() for name, one in spec.nearest(("devices",)).value.items()}
            defaults = spec.nearest(("defaults",)).plain()
            shape = {"defaults": defaults, "devices": {name: {**defaults, **one} for name, one in devices.items()}}
            assert validated(InventoryShape, shape, spec)[1] == [], text
        else:
            assert recognise.misfit(tree, head) is None, text
            assert recognise.document(tree, head, "x")[1] == [], text
    assert all("\n" not in str(remark) for remark in adopted.remarks)


def try_it(start: Callable[[], Adopted]) -> None:
    before = time.process_time()
    try:
        adopted = start()
    except Refused:
        adopted = Adopted()
    assert time.process_time() - before < SLOWEST
    must_be_good(adopted)


def of_topology(files: Mapping[str, str]) -> None:
    try_it(lambda: containerlab(Memory(files), "fabric.clab.yaml", {}, Host()))


def of_inventory(files: Mapping[str, str]) -> None:
    for name in files:
        if "_vars" not in name:
            try_it(partial(inventory, Memory(files), [name], "imported"))


@settings(max_examples=40, deadline=None, derandomize=True, phases=QUICK, suppress_health_check=list(HealthCheck))
@given(mangled(FABRIC))
def test_mangled_topologies(files: dict[str, str]) -> None:
    of_topology(files)


@settings(max_examples=60, deadline=None, derandomize=True, phases=QUICK, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(INVENTORIES)).flatmap(lambda name: mangled(INVENTORIES[name])))
def test_mangled_inventories(files: dict[str, str]) -> None:
    of_inventory(files)


@pytest.mark.long
@pytest.mark.parametrize("which", ["topologies", "inventories"])
def test_for_five_minutes_each(which: str) -> None:
    """Bounded memory, too: what one import takes is given back. Hypothesis makes its tables in the first round."""
    some = mangled(FABRIC)
    if which == "inventories":
        some = st.sampled_from(sorted(INVENTORIES)).flatmap(lambda name: mangled(INVENTORIES[name]))

    @settings(max_examples=200, deadline=None, database=None, phases=QUICK, suppress_health_check=list(HealthCheck))
    @given(some)
    def one_round(files: dict[str, str]) -> None:
        of_topology(files) if which == "topologies" else of_inventory(files)

    one_round()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    until = time.monotonic() + 300
    while time.monotonic() < until:
        one_round()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


BOMB = "a: &a [x, x]\n" + "".join(
    f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *{'a' if not n else f'b{n - 1}'}]\n" for n in range(40)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "topology: {nodes: " + "{a: " * 2000 + "1" + "}" * 2000 + "}",
        "topology: {nodes: {" + ", ".join(f"n{n}: {{kind: linux}}" for n in range(2_001)) + "}}",
        "topology: {nodes: {a: {kind: linux, exec: [" + ", ".join(["ip addr add 10.0.0.1/24 dev eth1"] * 5000) + "]}}}",
        "topology: {nodes: {a: {kind: linux, exec: ['" + "ip " * 100_000 + "']}}}",
        "topology: {nodes: {a: {kind: linux, exec: [" + "'sh -c \"" + "((" * 9000 + "\"']}}}",
        'topology: {nodes: {s: {kind: ceos, startup-config: "' + "interface Ethernet1\\n   shutdown\\n" * 5000 + '"}}}',
        "name: " + "${A:-" * 5000,
        "name: ${A}\n" * 5000,
    ],
    ids=range(9),
)
def test_bombs_do_not_go_off(text: str) -> None:
    of_topology({"fabric.clab.yaml": text})


@pytest.mark.parametrize(
    "text",
    [
        "[g]\n" + "h[1:9999][1:9999]\n" * 100,
        "[g]\n" + "\n".join(f"h[{n}000:{n}999]" for n in range(1, 9)),
        "".join(f"[g{n}:children]\ng{n + 1}\n" for n in range(5000)),
        "".join(f"[g{n}:children]\ng{(n * 7) % 300}\n" for n in range(300)),
        "".join(f"[g{n}]\nh[1:5000]\n" for n in range(3000)),
        "[g]\nh a=" + "(" * 100_000 + "\n",
        "[g]\nh a=" + "-" * 900 + "1\n",
        "[g:vars]\na = {{ b }}{{ b }}\nb = {{ a }}{{ a }}\nansible_host = {{ a }}\n[g]\nh\n",
        '{"_meta": {"hostvars": {}}, "all": {"hosts": ["' + '", "'.join(f"h{n}" for n in range(6_000)) + '"]}}',
    ],
    ids=range(9),
)
def test_no_inventory_is_large_or_endless(text: str) -> None:
    before = time.process_time()
    adopted = inventory(Memory({"hosts": text}), ["hosts"], "imported")
    assert len(adopted.inventory[0].spec["devices"]) <= MOST_HOSTS
    assert time.process_time() - before < SLOWEST
