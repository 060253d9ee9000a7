"""Two revisions of the documents: what differs, said once, in the words of a plan."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.core.change import replay
from reconciler.core.resource import Key, Live
from reconciler.intent.wish import Wish
from reconciler.report import difference_json, difference_text, document_changes
from reconciler.report.difference import BadRevision, Difference, Known, Side, compare, wish_changes
from reconciler.report.screen import Screen
from tests.desired.world import node
from tests.intent.strategies import Document, worlds
from tests.intent.test_laws import compiled, read

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/diff.v1.json").read_text()))
ANY = st.one_of(worlds(), worlds(gaps=True))
FEW = settings(max_examples=15, deadline=None, derandomize=True)
A = node("a", "{routes: [{dst: 10.1.0.0/16, via: 10.0.0.1, dev: eth1}], interfaces: {eth1: {mtu: 1500}}}")
LINK = "  ~ link eth1  mtu 1500 → 9000  [n.yaml:{}]"
ONE_PEER = """\
apiVersion: reconciler/v1
kind: Cluster
metadata: {name: k}
spec: {cni: calico, nodes: [a, b], calico: {version: "3.30"}}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: p}
spec: {cidr: 10.128.0.0/16, vxlanMode: MODE}
---
"""


def differing(
    folder: Path, old: str | dict[str, str], new: str | dict[str, str], known: Known | None = None
) -> Difference:
    """Of two texts, or of files by name."""
    for name, texts in {"old": old, "new": new}.items():
        for file, text in ({"n.yaml": texts} if isinstance(texts, str) else texts).items():
            (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / file).write_text(text)
    found = compare(Side("r1", folder / "old"), Side("r2", folder / "new"), known)
    SCHEMA.validate(difference_json.document(found))
    return found


def many(count: int, prefix: str = "10.1") -> str:
    """A node with so many routes."""
    rows = (f"{{dst: {prefix}.{n // 256}.{n % 256}/32, via: 10.0.0.1, dev: eth1}}" for n in range(count))
    return node("a", f"{{routes: [{', '.join(rows)}]}}")


def said(found: Difference) -> list[str]:
    return list(difference_text.lines(found))


@FEW
@given(ANY, ANY)
def test_what_a_device_had_and_the_changes_make_what_it_is_to_have(old: list[Document], new: list[Document]) -> None:
    """But for what may be unknown on either side: of that nothing is said."""
    one, other = compiled({"a.yaml": old}), compiled({"a.yaml": new})
    for name in other:
        was, wanted = one.get(name, Wish(name, {})), other[name]
        changes = wish_changes(was, wanted)
        for change in changes:
            assert change.before or not covered(was, change.key)
            assert change.after or not covered(wanted, change.key)
        after = replay(Live(was.desired, {}), changes).ours
        left = {
            key for key in after.keys() ^ wanted.desired.keys() if not covered(was, key) and not covered(wanted, key)
        }
        assert left == set()
        both = after.keys() & wanted.desired.keys()
        assert {key: wanted.desired[key].lens(after[key]) for key in both} == {key: wanted.desired[key] for key in both}


def covered(wish: Wish, key: Key) -> bool:
    return any(row.covers(key) for row in wish.unknown)


@settings(FEW, max_examples=5)
@given(ANY, ANY)
def test_the_way_back_is_the_way_there(old: list[Document], new: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = (read(Path(folder, name), {"a.yaml": made}) for name, made in (("old", old), ("new", new)))
        sides = Side("r1", one.folder), Side("r2", other.folder)
        there, back = compare(*sides), compare(*sides[::-1])
        assert not compare(sides[0], sides[0])
    turned = {"create": "delete", "delete": "create", "update": "update"}
    assert [(turned[c.verb], c.kind, c.name) for c in there.documents] == [
        (c.verb, c.kind, c.name) for c in back.documents
    ]
    paths = [{(field.path, str(field.new), str(field.old)) for c in there.documents for field in c.fields}]
    assert paths == [{(field.path, str(field.old), str(field.new)) for c in back.documents for field in c.fields}]
    SCHEMA.validate(difference_json.document(there))


def test_a_change_of_the_seed_lab(tmp_path: Path) -> None:
    """The golden one: a port moves, a pool encapsulates everywhere, a node leaves its documents."""
    for name in ("old", "new"):
        shutil.copytree(ROOT / "desired", tmp_path / name)
    changed = {
        "switch.yaml": ("k01-worker2, access: 10", "k01-worker2, access: 20"),
        "pools.yaml": ("natOutgoing: true", "natOutgoing: false"),
        "nodes.yaml": ("10.10.20.0/24, via: 10.10.10.1", "10.10.20.0/24, via: 10.10.10.2"),
    }
    for file, (before, after) in changed.items():
        path = tmp_path / "new" / file
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))
    found = compare(Side("1" * 40, tmp_path / "old"), Side("sha256:" + "2" * 64, tmp_path / "new"))
    golden = Path(__file__).parent / "seed-lab.txt"
    text = "\n".join(said(found)) + "\n"
    if os.environ.get("GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize(
    "files",
    [
        {"n.yaml": f"# a comment\n{A}"},
        {"other/m.yaml": A},
        {
            "n.yaml": node(
                "a", "{interfaces: {'eth1': {mtu: 0x5dc}}, routes: [{dev: eth1, via: 10.0.0.1, dst: 10.1.0.0/16}]}"
            )
        },
    ],
    ids=["comment", "file", "order"],
)
def test_what_means_the_same_is_no_difference(tmp_path: Path, files: dict[str, str]) -> None:
    found = differing(tmp_path, A, files)
    assert not found
    assert said(found) == ["r1 → r2", "", "No difference: 1 document, 1 device."]


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (A.replace("1500", "9000"), "  ~ Node a  spec.interfaces.eth1.mtu 1500 → 9000  [n.yaml:4]"),
        (A.replace("mtu: 1500", ""), "  ~ Node a  spec.interfaces.eth1.mtu 1500 → none  [n.yaml:4]"),
        (A.replace("mtu: 1500", "mtu: 1500, up: true"), "  ~ Node a  spec.interfaces.eth1.up none → true  [n.yaml:4]"),
        (A.replace("via: 10.0.0.1", "via: 10.0.0.2"), "  ~ Node a  spec.routes[0].via 10.0.0.1 → 10.0.0.2  [n.yaml:4]"),
        (A + "---\n" + node("b"), "  + Node b  [n.yaml:6]"),
    ],
    ids=["changed", "gone", "new", "in a list", "document"],
)  # fmt: skip
def test_an_attribute_is_named_by_its_path_and_its_line(tmp_path: Path, new: str, line: str) -> None:
    assert line in said(differing(tmp_path, A, new))


def test_a_line_is_that_of_the_new_side_and_of_the_old_one_where_it_is_gone(tmp_path: Path) -> None:
    old = node("a", "\n  interfaces:\n    eth1:\n      mtu: 1500\n      up: true")
    new = "# moved\n\n" + old.replace("      up: true\n", "").replace("1500", "9000")
    lines = said(differing(tmp_path, old, new))
    assert "  ~ Node a  spec.interfaces.eth1.mtu 1500 → 9000  [n.yaml:9]" in lines
    assert "  ~ Node a  spec.interfaces.eth1.up true → none  [n.yaml:8]" in lines


def test_documents_and_devices_that_change_alike_are_said_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(7)]
    old, new = (
        "---\n".join(node(name, f"{{interfaces: {{eth1: {{mtu: {mtu}}}}}}}") for name in names) for mtu in (1500, 9000)
    )
    assert said(differing(tmp_path, old, new)) == [
        "r1 → r2",
        "",
        "  ~ Node n0, n1, n2, n3 and 3 more  spec.interfaces.eth1.mtu 1500 → 9000  [n.yaml:4]",
        "",
        *(line for at in range(7) for line in (f"n{at} (node)", LINK.format(4 + 5 * at), "")),
        "Diff: 7 documents changed; 7 devices: 7 to change.",
    ]  # fmt: skip


def test_a_device_that_no_document_mentions_any_more_keeps_what_it_has(tmp_path: Path) -> None:
    found = differing(tmp_path, A + "---\n" + node("b"), node("b"))
    assert said(found)[2:] == [
        "  - Node a  [n.yaml:1]",
        "",
        "a (node)",
        "  ! held: no document mentions it any more; nothing on it is changed",
        "",
        "Diff: 1 document deleted; no device is wanted otherwise. 1 no longer mentioned.",
    ]
    assert found.count.total() == 0


def test_rows_that_only_a_cluster_knows_are_said_to_be_unknown_once_a_device(tmp_path: Path) -> None:
    nodes = "---\n".join(
        node(name, f"{{interfaces: {{eth1: {{addresses: [10.0.0.{at}/24]}}}}}}") for at, name in ((1, "a"), (2, "b"))
    )
    old, new = (ONE_PEER.replace("MODE", mode) + nodes for mode in ("Always", "CrossSubnet"))
    lines = said(differing(tmp_path, old, new))
    assert sum("only the cluster tells what they need" in line for line in lines) == 1, lines  # both nodes' at once
    assert lines[-1].startswith("Diff: 1 document changed; ")
    assert lines[-1].endswith(" 2 not fully known.")


def test_what_is_beyond_measure_is_counted_and_not_listed(tmp_path: Path) -> None:
    old, new = (many(20, f"10.{way}") for way in (1, 2))
    found = differing(tmp_path, old, new, Known(most=5))
    assert found.count == {"create": 20, "delete": 20}
    (device,) = found.devices
    assert (len(device.changes), device.more) == (5, 35)
    assert "  ? and 35 more changes" in said(found)
    assert said(found)[-1] == "Diff: 1 document changed; 1 device: 20 to create, 20 to delete."


def test_a_giant_is_not_compared_value_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An author of documents may not have us compare a million values with a million others."""
    monkeypatch.setattr(document_changes, "GIANT", 100)
    giant = many(40)
    lines = said(differing(tmp_path, giant, giant.replace("10.0.0.1", "10.0.0.2"), Known(most=1)))
    assert lines[2] == "  ~ Node a  differs; too large to be compared value by value  [n.yaml:1]"


def test_bad_documents_are_those_of_their_revision(tmp_path: Path) -> None:
    with pytest.raises(BadRevision, match=r"^r2: new/n\.yaml:4:\d+: ") as bad:
        differing(tmp_path, A, A.replace("1500", "many"))
    assert bad.value.side.revision == "r2"
    twice = node("b", "{routes: [{dst: 10.1.0.0/16, dev: e1}, {dst: 10.1.0.0/16, dev: e2}]}")
    with pytest.raises(BadRevision, match=r"^r1: old/"):
        differing(tmp_path, twice, A)


def test_only_what_is_asked_for_and_never_a_control_character(tmp_path: Path) -> None:
    new = A.replace("1500", "9000") + "---\n" + node("b", "{interfaces: {eth1: {mtu: 9000}}}")
    found = differing(tmp_path, A, new, Known(targeted=lambda name: name == "b"))
    assert [device.name for device in found.devices] == ["b"]
    assert found.all_devices == ("a", "b")
    titled = Difference(Side("r1", tmp_path, "a\x1b[2J"), Side("r2", tmp_path))
    assert said(titled)[0] == "a\\x1b[2J → r2"


def test_a_narrow_screen_folds(tmp_path: Path) -> None:
    found = differing(tmp_path, A, A.replace("1500", "9000"))
    lines = list(difference_text.lines(found, Screen(40)))
    assert max(map(len, lines[:-1])) <= 40  # the line that counts is one, as a plan's
    assert difference_json.answer(found, 40)["lines"] == lines
