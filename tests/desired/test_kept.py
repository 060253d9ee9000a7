"""What is kept of parsed files: the same trees as parsing, believed only where nobody else can have written it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.desired import kept as module
from reconciler.desired.kept import Kept, usual_place
from reconciler.desired.parsed import parse, parse_once
from reconciler.desired.tree import Tree

ROOT = Path(__file__).parents[2]
TEXT = b"a: {b: [1, two, 3.5, null]}\n'10': true\n---\n- x\n"
FILES = [*ROOT.glob("desired/*.yaml"), *ROOT.glob("tests/desired/style/*.yaml")]


def seen(tree: Tree) -> Any:
    """All that anybody asks of a tree."""
    value = tree.value
    if isinstance(value, dict):
        value = {key: (seen(inner), tree.keys[key]) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [seen(inner) for inner in value]
    return tree.line, tree.col, value


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "cache" / "reconciler")


def entries(kept: Kept) -> list[Path]:
    return sorted(kept.folder.iterdir()) if kept.folder.exists() else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_kept_is_what_was_parsed(kept: Kept, path: Path) -> None:
    data = path.read_bytes()
    parsed, _ = parse(data)
    for _ in range(2):
        trees, faults = parse_once(kept)(data)
        assert faults == []
        assert [seen(tree) for tree in trees] == [seen(tree) for tree in parsed]
    assert len(entries(kept)) == (not any(tree.aliases for tree in parsed))


def marked(kept: Kept) -> bool:
    """Whether an entry is believed: parsed, its tree would be another one."""
    kept.add("trees", TEXT, [[1, 1, "kept"]])
    return [tree.value for tree in parse_once(kept)(TEXT)[0]] == ["kept"]


def test_an_entry_of_ours_is_believed(kept: Kept) -> None:
    assert marked(kept)
    (entry,) = entries(kept)
    assert (entry.stat().st_mode & 0o777, kept.folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("body", [b"", b"{", b'[["a"]]', b'[[1,1,{"a":[1]}]]', b"\xff", b"[" * 5000, b"{}", b"7"])
def test_a_spoilt_entry_is_none(kept: Kept, body: bytes) -> None:
    marked(kept)
    (entry,) = entries(kept)
    for spoilt in (body, module._sum(body) + body):
        entry.write_bytes(spoilt)
        assert [seen(tree) for tree in parse_once(Kept(kept.folder))(TEXT)[0]] == [seen(t) for t in parse(TEXT)[0]]


@pytest.mark.parametrize("who", ["entry", "folder"])
def test_what_others_may_write_to_is_not_believed(kept: Kept, who: str) -> None:
    assert marked(kept)
    (entry if who == "entry" else kept.folder).chmod(0o770) if (entry := entries(kept)[0]) else None
    assert kept.find("trees", TEXT) is None


def test_a_link_or_another_users_entry_is_not_believed(kept: Kept, tmp_path: Path) -> None:
    assert marked(kept)
    (entry,) = entries(kept)
    entry.rename(tmp_path / "moved")
    entry.symlink_to(tmp_path / "moved")
    assert kept.find("trees", TEXT) is None
    entry.unlink()
    os.mkfifo(entry)
    assert kept.find("trees", TEXT) is None
    if os.geteuid() == 0:
        entry.unlink()
        (tmp_path / "moved").rename(entry)
        assert kept.find("trees", TEXT) is not None
        os.chown(entry, 65534, 65534)
        assert kept.find("trees", TEXT) is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Kept(tmp_path / "file" / "below")
    assert [seen(tree) for tree in parse_once(kept)(TEXT)[0]] == [seen(tree) for tree in parse(TEXT)[0]]
    kept.close()


def test_what_is_wrong_or_said_by_an_alias_is_not_kept(kept: Kept) -> None:
    for data in (b"a: 1\na: 2\n", b"a: &x 1\nb: *x\n", b"a: {"):
        parse_once(kept)(data)
    assert entries(kept) == []


def aged(kept: Kept) -> None:
    """Entries of which each was used a second after the one before it; looking at one uses it."""
    for number in range(6):
        entry = kept._entry("n", bytes([number]))
        if entry.exists():
            os.utime(entry, (1000 + number, 1000 + number))


def test_there_is_an_end_to_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    for number in range(6):
        kept.add("n", bytes([number]), [number])
    aged(kept)
    kept.close()
    assert [kept.find("n", bytes([number])) for number in range(6)] == [None, None, None, [3], [4], [5]]
    monkeypatch.setattr(module, "MAX_BYTES", 2 * (module.SUM_BYTES + 3))
    aged(kept)
    kept.close()
    assert [kept.find("n", bytes([number])) for number in range(6)] == [None, None, None, None, [4], [5]]
    monkeypatch.setattr(module, "MAX_ENTRY", 3)
    kept.add("n", b"long", ["longer"])
    assert kept.find("n", b"long") is None


def test_other_code_finds_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert marked(kept)
    monkeypatch.setattr(module, "maker", lambda: b"another")
    assert kept.find("trees", TEXT) is None
    monkeypatch.setattr(module, "maker", lambda: b"")
    kept.add("trees", b"x", [])
    assert kept.find("trees", b"x") is None


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    for given, base in (("/tmp/x", "/tmp/x"), ("relative", "/home/ada/.cache"), ("", "/home/ada/.cache")):
        monkeypatch.setenv("XDG_CACHE_HOME", given)
        assert usual_place() == Path(base) / "reconciler"


def test_validate_says_the_same_every_time(tmp_path: Path) -> None:
    """Also what shows only once all is compiled, and anew when one file has changed."""
    ways = "{dst: 10.1.0.0/16, dev: eth1, via: 10.0.0.1}, {dst: 10.1.0.0/16, dev: eth1, via: 10.0.0.2}"
    node = f"apiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: n1}}\nspec: {{routes: [{ways}]}}\n"
    (tmp_path / "n.yaml").write_text(node)
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "RECONCILE_INVENTORY": None}

    def validate() -> tuple[int, str]:
        words = ["validate", "--desired", str(tmp_path / "n.yaml")]
        ran = CliRunner().invoke(root, words, standalone_mode=False, env=environment)
        return ran.return_value, ran.stdout

    first = validate()
    assert "n.yaml:4:" in first[1]
    assert validate() == first
    (tmp_path / "n.yaml").write_text("\n" + node)
    assert validate() == (first[0], first[1].replace("n.yaml:4:", "n.yaml:5:"))
