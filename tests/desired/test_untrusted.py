"""Whatever stands in the files, the loader answers with problems: no traceback, no hang, no flood of memory."""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.desired.files import MAX_BYTES
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.desired.repository import Repository

from .world import node

PATIENT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
HOSTILE = {
    "alias bomb": LAUGHS,
    "aliases one by one": "a: &a x\nb: [" + "*a, " * 1001 + "]\n",
    "a wide alias": f"a: &a [{'x, ' * 20_000}]\nb: [{'*a, ' * 1000}]\n",
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
}


def only_problems(repository: Repository) -> None:
    assert all(p.line >= 1 and p.col >= 1 and "\n" not in str(p) for p in repository.problems)
    for problem in repository.problems:
        str(problem).encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_cheaply(folder: Path, name: str) -> None:
    (folder / "x.yaml").write_text(HOSTILE[name])
    tracemalloc.start()
    repository = load(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert repository.problems
    only_problems(repository)
    assert peak < 200e6


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
