"""Documents in canonical form: what they say stays, every comment stays, and once written they stay as they are."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired.compose import compose
from reconciler.desired.documents import KINDS
from reconciler.desired.load import load
from reconciler.desired.style import Draft, written
from reconciler.desired.style.formatting import formatted
from reconciler.desired.style.lines import WIDTH

ROOT = Path(__file__).parents[2]
PAIRS = sorted((Path(__file__).parent / "style").glob("*.in.yaml"))
WHOLE = [
    *ROOT.glob("desired/*.yaml"),
    *ROOT.glob("inventory/*.yaml"),
    *PAIRS,
    *(Path(__file__).parent / "broken").glob("*/*.yaml"),
]


def fits(path: Path) -> bool:
    return path.is_file() and path.stat().st_size < 4000 and not formatted(path.read_text(errors="replace")).faults


CORPUS = sorted(path for path in WHOLE if fits(path))


def plain(text: str) -> list[Any]:
    trees, faults = compose(text)
    assert not faults
    return [tree.plain() for tree in trees if tree.value is not None]


@pytest.mark.parametrize("given_as", PAIRS, ids=lambda path: path.name)
def test_golden(given_as: Path) -> None:
    wanted = given_as.with_name(given_as.name.replace(".in.", ".out."))
    found = formatted(given_as.read_text())
    assert found.faults == ()
    if os.environ.get("GOLDEN"):
        wanted.write_text(found.text)
    assert found.text == wanted.read_text()
    assert formatted(found.text) == (found.text, ())


@pytest.mark.parametrize("path", [*ROOT.glob("desired/*.yaml"), *ROOT.glob("inventory/*.yaml")], ids=lambda p: p.name)
def test_the_examples_are_in_form(path: Path) -> None:
    text = path.read_text()
    assert formatted(text).text == text


def test_documents_of_others_stay_to_the_letter() -> None:
    text = "# mine\napiVersion: apps/v1\nkind: Deployment\nspec:   {b: 1,  a: &x [2]}   # why\n"
    assert formatted(text).text == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kind: Node\nkind: Node\n", "duplicate key 'kind' (first on line 1)"),
        ("%YAML 1.1\n---\napiVersion: reconciler/v1\nkind: Node\n", "a %YAML or %TAG directive"),
        ("apiVersion: reconciler/v1\nkind: Nod\n", "unknown kind 'Nod' of reconciler/v1"),
        ("a: {", "not valid YAML: expected the node content, but found '<stream end>'"),
        ("[1]\n", "not a document"),
    ],
)
def test_what_cannot_be_read_stays(text: str, what: str) -> None:
    found = formatted(text)
    assert found.text == text
    assert what in [fault.what for fault in found.faults]


MARKS = st.sampled_from(["own", "behind", "blank", "break", "crlf"])
MUTATION = st.tuples(MARKS, st.integers(0, 200), st.integers(0, 12))


def disturbed(text: str, mutations: list[tuple[str, int, int]]) -> str:
    """The same documents, with comments, blank lines and line breaks where somebody might put them."""
    lines = text.split("\n")
    for number, (mark, place, column) in enumerate(mutations):
        at = place % len(lines)
        if mark == "own":
            lines.insert(at, f"{' ' * column}# remark{number}.")
        elif mark == "behind":
            lines[at] += f"{' ' * (column + 1)}# remark{number}."
        elif mark == "blank":
            lines.insert(at, "")
        elif mark == "crlf":
            lines[at] += "\r" if not lines[at].endswith("\r") else ""
        elif "#" not in lines[at] and (breaks := [found.end() for found in re.finditer(r"[{\[,] ?", lines[at])]):
            cut = breaks[column % len(breaks)]
            indent = " " * (len(lines[at]) - len(lines[at].lstrip()) + 4)
            lines[at : at + 1] = [f"{lines[at][:cut]} # remark{number}.", indent + lines[at][cut:]]
    return "\n".join(lines)


def remarks(text: str) -> Counter[str]:
    return Counter(re.findall(r"# remark\d+\.", text))


def check_law(path: Path, mutations: list[tuple[str, int, int]]) -> None:
    """Meaning and comments stay, and what comes out is its own canonical form."""
    text = disturbed(path.read_text(errors="replace"), mutations)
    found = formatted(text)
    if found.faults:  # a remark within a text of several lines makes bad YAML of it; nothing else may go wrong
        assert compose(text)[1], found.faults
        assert found.text == text
        return
    assert formatted(found.text) == (found.text, ())
    assert plain(found.text) == plain(text)
    assert remarks(found.text) == remarks(text)


LAW = given(st.sampled_from(CORPUS), st.lists(MUTATION, max_size=6))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@LAW
def test_meaning_and_comments_stay(path: Path, mutations: list[tuple[str, int, int]]) -> None:
    check_law(path, mutations)


@pytest.mark.long
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@LAW
def test_meaning_and_comments_stay_for_long(path: Path, mutations: list[tuple[str, int, int]]) -> None:
    check_law(path, mutations)


NASTY = [
    "",
    " ",
    "no",
    "~",
    "012",
    "1e3",
    "0x1F",
    "10:20",
    "- a",
    "a: b",
    "a #b",
    "#",
    "*a",
    "&a",
    "!t",
    "'",
    '"',
    "<<",
]
NASTY += [
    "a\nb",
    "\n",
    " a\nb\n",
    "a\n\n\nb\n\n",
    "a\n  b",
    "a \nb",
    "{a}",
    "[",
    ",",
    "%",
    "@",
    "`",
    "?",
    "|",
    ">",
    "=",
]
NASTY += [
    "2026-01-01",
    "\x1b[0m",
    "\x85",
    "\u2028",
    "\t",
    "a\tb",
    "\\",
    "---",
    "...",
    "é",
    "\ud83d\ude00",
    "null",
    "1.0",
]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=12).filter(lambda text: "\r" not in text))
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.floats(-1e6, 1e6, allow_nan=False))
KEYS = st.one_of(TEXTS, st.sampled_from(["interfaces", "eth1", "routes", "cidr", "x"]), st.integers(0, 4094))
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
SPECS = st.dictionaries(st.sampled_from(["interfaces", "routes", "cidr", "vlans", "x", "y"]), NESTED, max_size=4)
STEPS = st.one_of(st.sampled_from(["interfaces", "routes", "cidr", "x", "eth1"]), st.integers(0, 3))
NOTES = st.dictionaries(st.lists(STEPS, max_size=3).map(tuple), st.text(max_size=150), max_size=3)
DRAFTS = st.builds(
    Draft,
    kind=st.sampled_from([*KINDS, "Inventory"]),
    name=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    spec=SPECS,
    comment=st.text(max_size=30),
    notes=NOTES,
)


def as_read(data: Any) -> Any:
    """As a reader of YAML has it: keys are texts."""
    if isinstance(data, dict):
        return {str(key): as_read(value) for key, value in data.items() if key != "<<"}
    return [as_read(item) for item in data] if isinstance(data, (list, tuple)) else data


def merges(data: Any) -> bool:
    """Whether a key is YAML's merge, or two are one once they are read."""
    if isinstance(data, dict):
        twice = len({str(key) for key in data}) < len(data)
        return twice or "<<" in data or any(map(merges, data.values()))
    return isinstance(data, list) and any(map(merges, data))


UNREAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(DRAFTS.filter(lambda draft: not merges(draft.spec)), max_size=3))
def test_drafts_say_what_they_were_given(drafts: list[Draft]) -> None:
    text = written(drafts)
    trees, faults = compose(text)
    assert {fault.what[:17] for fault in faults} <= {"control character"}  # escaped; documents may not have them at all
    assert not UNREAD.search(text)
    found = sorted(json.dumps([tree.plain()["kind"], tree.plain()["spec"]], sort_keys=True) for tree in trees)
    assert found == sorted(json.dumps([draft.kind, as_read(draft.spec)], sort_keys=True) for draft in drafts)
    if not faults:
        assert formatted(text) == (text, ())


NODE = Draft(
    "Node",
    "n1",
    {"routes": [{"via": "10.0.0.1", "dst": "10.1.0.0/16"}], "interfaces": {"eth1": {"mtu": 1500}}},
    comment="seen on\nMonday",
    notes={
        ("routes", 0): "by hand",
        ("interfaces", "eth1", "mtu"): "odd",
        ("interfaces", "eth2"): "no such one",
        ("interfaces",): "a long story " * 12,
    },
)


def test_a_draft_with_notes() -> None:
    story = ("a long story " * 12).split()
    assert written([NODE]).splitlines() == [
        "# seen on",
        "# Monday",
        "apiVersion: reconciler/v1",
        "kind: Node",
        "metadata: {name: n1}",
        "spec:",
        f"  # {' '.join(story[:27])}",
        f"  # {' '.join(story[27:])}",
        "  interfaces:  # no such one",
        "    eth1:",
        "      mtu: 1500  # odd",
        "  routes:",
        "    - {dst: 10.1.0.0/16, via: 10.0.0.1}  # by hand",
    ]


def test_drafts_stand_by_kind_and_name() -> None:
    drafts = [Draft(kind, name, {}) for kind in ("BlockAffinity", "Node", "Switch") for name in ("k10", "k2")]
    heads = [(tree.plain()["apiVersion"], tree.plain()["metadata"]["name"]) for tree in compose(written(drafts))[0]]
    own = [("reconciler/v1", name) for name in ("k2", "k10")]
    assert heads == [*own, *own, *(("crd.projectcalico.org/v1", name) for _, name in own)]


def test_what_is_too_wide_stands_in_lines_of_its_own() -> None:
    spec = {"nodes": [f"node-{number}" for number in range(60)], "cni": "none"}
    lines = written([Draft("Cluster", "k", spec)]).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[4:7] == ["  cni: none", "  nodes:", "    - node-0"]


def specs() -> Iterator[Draft]:
    yield Draft("Switch", "s1", {"interfaces": {"Ethernet1": {"description": "no # comment: $(x) 'y' \"z\""}}})
    yield Draft("Node", "n1", {"interfaces": {"eth1": {"addresses": ["fd00:1::11/64", "10.0.0.1/31"]}}})
    yield Draft("IPPool", "p1", {"cidr": "10.0.0.0/16", "natOutgoing": True})


def test_drafts_load(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(written(specs()))
    loaded = load(tmp_path)
    assert loaded.having("error") == ()
    assert {document.kind for document in loaded.documents} == {"Switch", "Node", "IPPool"}
