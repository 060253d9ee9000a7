"""Whatever stands in the files, the loader answers with problems: no traceback, no hang, no flood of memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.files import MAX_BYTES
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.desired.repository import Repository

from .world import OWN, node

PATIENT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
FELIX = "apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: {name: default}\n"
POOL = "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n"
ROUTERS = ", ".join(
    f"{v}: {{addresses: [10.{v // 256}.{v % 256}.2/24], virtualRouter: [10.{v // 256}.{v % 256}.1]}}"
    for v in range(2, 802)
)
SLIPS = ", ".join(f"wroker-{i}" for i in range(3_000))


def switch(spec: str) -> str:
    """One Switch document."""
    return f"{OWN}kind: Switch\nmetadata: {{name: s1}}\nspec: {spec}\n"


HOSTILE = {
    "alias bomb": LAUGHS,
    "aliases one by one": "a: &a x\nb: [" + "*a, " * 1001 + "]\n",
    "a wide alias": f"a: &a [{'x, ' * 5_000}]\nb: [{'*a, ' * 1000}]\n",
    "a tower of aliases": "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{x: *a{i - 1}}}\n" for i in range(1, 60)),
    "deep brackets": "[" * 100_000,
    "deep braces": "{a: " * 50_000,
    "deep dashes": "- " * 50_000,
    "question marks": "? " * 50_000,
    "a long key": "x" * 200_000 + ": 1",
    "a huge number": "a: " + "9" * 100_000,
    "a huge exponent": "a: 1e999999999",
    "quotes": '"' * 100_001,
    "a wrong escape": 'a: "\\UFFFFFFFF"',
    "half a pair": 'a: "\\ud800"',
    "a strange version": "%YAML 99.99\n---\na: 1\n",
    "a strange tag": "%TAG ! tag:evil,2000:\n---\n!x a\n",
    "a mapping as a key": "{{a: 1}: 2}",
    "a merge of nothing": "<<: 1\n",
    "a merge of itself": "a: &a {<<: *a}",
    "a bomb of merges": "a0: &a0 {x: 1}\n"
    + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 40)),
    "millions of values": "a: [" + "x," * 4_000_000 + "]",
    "millions of lines": "a: 1\n" * 1_500_000,
    "dashes on every line": ("- " * 40 + "a\n") * 100_000,
    "one key again and again": node("n1", "\n  mtu: 1" + "\n  mtu: 2" * 400_000),
    "tags on everything": "[" + "!x a, " * 400_000 + "]",
    "millions of control characters": "a: \x07" * 1_000_000,
    "a word without end": "a: " + "x" * 15_000_000,
    "tags": "a: !!python/object/apply:os.system ['touch /tmp/owned']",
    "a tag of ours": "a: !include /etc/shadow",
    "a pattern that runs away": f"{FELIX}spec: {{mtuIfacePattern: '((a+)+)+$'}}",
    "a selector without end": f"{POOL}spec: {{cidr: 10.0.0.0/16, nodeSelector: '{'(' * 100_000}'}}",
    "a selector of nots": f"{POOL}spec: {{cidr: 10.0.0.0/16, nodeSelector: '{'!' * 3_999}'}}",
    "a list of VLANs without end": switch(
        f"{{interfaces: {{Ethernet1: {{trunk: {{allowed: '{'1-4094,' * 50_000}'}}}}}}}}"
    ),
    "hundreds of SVIs": switch(
        "{vlans: {"
        + "".join(f"{vlan}: {{}}, " for vlan in range(2, 602))
        + "}, svis: {"
        + "".join(f"{vlan}: {{addresses: [10.{vlan // 256}.{vlan % 256}.1/24]}}, " for vlan in range(2, 602))
        + "}, routes: [{dst: 11.0.0.0/8, via: 12.0.0.1}]}"
    ),
    "thousands of unknown fields": node("n1", "{" + ", ".join(f"fild{i}: 1" for i in range(2_000)) + "}"),
    "hundreds of virtual routers": switch(f"{{svis: {{{ROUTERS}}}}}"),
    "thousands of unknown nodes": "---\n".join(
        [node(f"worker-{i}") for i in range(120)]
        + [f"{OWN}kind: Cluster\nmetadata: {{name: k}}\nspec: {{cni: none, nodes: [{SLIPS}]}}\n"]
    ),
}
FOR_A_SWITCH = {
    "a line break": '"up\\nshutdown"',
    "a carriage return": '"up\\rshutdown"',
    "a NUL": '"up\\0"',
    "an escape": '"\\e[2J"',
    "a bell": '"\\a"',
    "a line separator": '"\\u2028"',
    "a request for help": '"what?"',
    "other than ASCII": '"caf\\u00e9"',
}
LEGAL = "#1 > 2 <3> \"q\" 'q' ; | & $(reboot) `id` ${HOME} %s \\\\n ! exit {a: [b]} *x"


def only_problems(repository: Repository) -> None:
    assert all(p.line >= 1 and p.col >= 1 and "\n" not in str(p) for p in repository.problems)
    for problem in repository.problems:
        str(problem).encode()


class Cost(NamedTuple):
    """CPU seconds, bytes of memory beyond what the process had, and what was printed."""

    seconds: float
    growth: int
    printed: list[str]


def costly(folder: Path) -> Cost:
    """One load, in a process of its own: its highest memory is its own then."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    repository = load(folder)
    took = time.process_time() - began
    only_problems(repository)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Cost(took, grown * 1024, [str(problem) for problem in repository.problems])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_cheaply(folder: Path, name: str) -> None:
    (folder / "x.yaml").write_text(HOSTILE[name])
    with multiprocessing.get_context("fork").Pool(1) as pool:
        cost = pool.apply_async(costly, (folder,)).get(timeout=60)
    assert cost.printed
    assert cost.seconds < 1
    assert cost.growth < 200e6
    assert max(map(len, cost.printed)) < 1500


@pytest.mark.parametrize("name", FOR_A_SWITCH)
@pytest.mark.parametrize("field", ["description", "name"])
def test_what_would_be_a_command_to_a_switch_is_refused_at_its_place(folder: Path, name: str, field: str) -> None:
    entry = {"description": "interfaces: {Ethernet1: {description: %s}}", "name": "vlans: {10: {name: %s}}"}[field]
    (folder / "s.yaml").write_text(switch("\n  " + entry % FOR_A_SWITCH[name]))
    problems = load(folder).problems
    assert {problem.line for problem in problems} == {5}
    assert all(problem.severity == "error" and str(problem).isprintable() for problem in problems)
    assert {problem.code for problem in problems} <= {Code.BAD_DESCRIPTION, Code.BAD_NAME, Code.CONTROL_CHARACTER}


def test_what_is_legal_in_a_description_stays_to_the_letter(folder: Path) -> None:
    from ruamel.yaml import YAML

    document = {"apiVersion": "reconciler/v1", "kind": "Switch", "metadata": {"name": "s1"}}
    with (folder / "s.yaml").open("w") as file:
        port = {"Ethernet1": {"description": LEGAL}}
        YAML(typ="safe", pure=True).dump(document | {"spec": {"interfaces": port}}, file)
    repository = load(folder)
    assert repository.problems == ()
    assert repository.of(Switch)[0].spec.interfaces["Ethernet1"].description == LEGAL


NO_NAMES = [
    "et1; reboot",
    "Ethernet1\\nshutdown",
    "../Ethernet1",
    "Ethernet1 | no",
    "Ethernet99999",
    "$(id)",
    "?",
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_are_none_are_refused_on_switches_and_nodes(folder: Path, name: str) -> None:
    (folder / "s.yaml").write_text(
        switch(f'{{interfaces: {{"{name}": {{}}}}}}') + "---\n" + node("n", f'{{interfaces: {{"{name}x y": {{}}}}}}')
    )
    assert {problem.line for problem in load(folder).problems} == {4, 9}


@pytest.mark.parametrize("name", ["../x", "a b", "-oProxyCommand=id", "a;b", "$(id)", "a\\nb", "x" * 300])
def test_names_of_devices_that_are_none_are_refused(folder: Path, name: str) -> None:
    (folder / "n.yaml").write_text(f'{OWN}kind: Node\nmetadata: {{name: "{name}"}}\nspec: {{}}\n')
    (problem,) = load(folder).problems
    assert (problem.line, problem.severity) == (3, "error")
    assert str(problem).isprintable()


def test_an_alias_bomb_is_not_written_out(folder: Path) -> None:
    (folder / "x.yaml").write_text(LAUGHS)
    (problem,) = load(folder).problems
    assert problem.what == "more than 1,000 alias expansions"


def test_giants_pipes_and_folders_with_the_suffix_are_not_read(folder: Path) -> None:
    with (folder / "giant.yaml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    os.mkfifo(folder / "pipe.yaml")
    (folder / "folder.yaml").mkdir()
    assert [str(p) for p in load(folder).problems] == [
        f"desired/giant.yaml:1:1: file-too-large: the file has 104,857,600 bytes: split it, at most {MAX_BYTES:,} each",
        "desired/pipe.yaml:1:1: unreadable-file: not a regular file: replace it with a text file, or remove it",
    ]


def test_a_folder_that_cannot_be_listed_is_not_taken_for_empty() -> None:
    made = Path(tempfile.mkdtemp(prefix="unlisted-"))
    made.chmod(0o755)
    closed = made / "closed"
    closed.mkdir(mode=0o700)
    me = os.geteuid()
    os.seteuid(65534) if me == 0 else closed.chmod(0)
    try:
        problems = load(made).problems
    finally:
        os.seteuid(me)
        closed.chmod(0o700)
        closed.rmdir()
        made.rmdir()
    assert [(p.file, p.what) for p in problems] == [(f"{made.name}/closed", "cannot be read (Permission denied)")]


def test_a_link_within_the_folder_is_read(folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "n.yaml").write_text(node("n1"))
    (folder / "n.yaml").symlink_to(Path("..data", "n.yaml"))
    repository = load(folder)
    assert ([d.name for d in repository.documents], repository.problems) == (["n1"], ())


def test_a_file_name_may_hold_anything(folder: Path) -> None:
    Path(os.fsdecode(bytes(folder) + b"/\xff\x1b[2J\n.yaml")).write_text("x: [")
    (problem,) = load(folder).problems
    assert str(problem).isprintable()
    assert problem.file == "desired/\\xff\\x1b[2J\\n.yaml"


@PATIENT
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbfa: 1")
@example(b"\xff\xfea\x00")
def test_any_bytes_end_in_problems(folder: Path, data: bytes) -> None:
    (folder / "x.yaml").write_bytes(data)
    only_problems(load(folder))
    assert all(p.what for p in load_inventory(folder).problems)


YAMLISH = st.text(alphabet="ab1:-?[]{}&*!|>'\"%@`,# \n\t\\u0x~<=.", max_size=80)


@PATIENT
@given(YAMLISH)
def test_any_text_of_yaml_signs_ends_in_problems(folder: Path, text: str) -> None:
    (folder / "x.yaml").write_text(text)
    only_problems(load(folder))


WORDS = """apiVersion kind metadata name spec vlans interfaces eth1 Ethernet1 addresses svis 10 routes dst via dev cidr
node nodes cni calico vxlan mac tunnel underlay address trunk allowed items labels devices defaults password <<"""
KEYS = st.sampled_from(WORDS.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 5000),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["reconciler/v1", "projectcalico.org/v3", "10.0.0.1/24", "10.0.0.0/24", "n1", "calico", "default"]),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
KINDS = "Switch Node Cluster IPPool BlockAffinity FelixConfiguration BGPConfiguration IPAMBlock ClusterInformation"


@PATIENT
@given(st.sampled_from([*KINDS.split(), "Inventory", "List"]), VALUES, VALUES)
def test_any_document_ends_in_problems(folder: Path, kind: str, metadata: object, spec: object) -> None:
    from ruamel.yaml import YAML

    for api in ("reconciler/v1", "projectcalico.org/v3"):
        with (folder / f"{api[:2]}.yaml").open("w") as file:
            YAML(typ="safe", pure=True).dump(
                {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec, "items": spec}, file
            )
    only_problems(load(folder))
    assert all(str(p).isprintable() for p in load_inventory(folder).problems)
