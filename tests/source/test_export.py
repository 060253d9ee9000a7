"""Trees that nobody can make with git's own tools, and those that are too much: nothing is written outside, or half."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.source import tree
from reconciler.source.checkout import Refused, Unavailable
from reconciler.source.export import export
from reconciler.source.tree import Damaged

from .repository import Repository, git, source

FILE, FOLDER, LINK = "100644", "40000", "120000"


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "out" / "desired"


def outside(tmp_path: Path) -> set[str]:
    """Everything that an export could have written to besides its folder."""
    return {str(path) for path in tmp_path.rglob("*.yaml")} | {str(path) for path in tmp_path.rglob(".git")}


Maker = Callable[[Repository, str, str], list[tuple[str, bytes, str]]]
CRAFTED: dict[str, tuple[str, Maker]] = {
    "up": ("the name '../n.yaml'", lambda r, b, t: [(FOLDER, b"..", t)]),
    "up as a file": ("the name '..'", lambda r, b, t: [(FILE, b"..", b)]),
    "here": ("the name './n.yaml'", lambda r, b, t: [(FOLDER, b".", t)]),
    "a repository": ("the name '.git/n.yaml'", lambda r, b, t: [(FOLDER, b".git", t)]),
    "a repository on a Mac": ("the name '.GIT/n.yaml'", lambda r, b, t: [(FOLDER, b".GIT", t)]),
    "a link to a repository": ("the name '.git'", lambda r, b, t: [(LINK, b".git", b)]),
    "a path as a name": ("the name '../../n.yaml'", lambda r, b, t: [(FILE, b"../../n.yaml", b)]),
    "an absolute path": ("the name '/tmp/n.yaml'", lambda r, b, t: [(FILE, b"/tmp/n.yaml", b)]),
    "twice": ("two files of one name", lambda r, b, t: [(FILE, b"a.yaml", b), (LINK, b"a.yaml", b)]),
    "a link and a folder": ("a file and a folder", lambda r, b, t: [(LINK, b"a", b), (FOLDER, b"a", t)]),
    "a long name": ("too long", lambda r, b, t: [(FILE, b"x" * 300 + b".yaml", b)]),
    "a link of nothing": ("leads nowhere", lambda r, b, t: [(LINK, b"a.yaml", r.blob(b"a\0b"))]),
    "a link that goes on": ("longer than a path", lambda r, b, t: [(LINK, b"a.yaml", r.blob(b"a" * 5000))]),
}


@pytest.mark.parametrize("name", CRAFTED)
async def test_crafted_trees_are_refused(repository: Repository, tmp_path: Path, to: Path, name: str) -> None:
    words, crafted = CRAFTED[name]
    blob, below = repository.blob(b"/etc"), repository.tree({"n.yaml": b"a: 1\n"})
    commit = repository.point(repository.crafted(*crafted(repository, blob, below)))
    with pytest.raises(Refused) as refused:
        await export(repository.path, commit, "", to)
    assert words in str(refused.value)
    assert refused.value.revision == commit
    assert outside(tmp_path) == set()


async def test_a_file_without_a_name_is_no_file(repository: Repository, to: Path) -> None:
    commit = repository.point(repository.crafted((FILE, b"", repository.blob(b""))))
    with pytest.raises(Damaged, match="empty filename"):
        await export(repository.path, commit, "", to)


async def test_a_crafted_tree_does_not_pass_a_fetch_either(repository: Repository, state: Path) -> None:
    repository.point(repository.crafted((FOLDER, b"..", repository.tree({"n.yaml": b""}))))
    with pytest.raises(Unavailable, match="hasDotdot"):
        await source(repository, state).latest()


async def test_a_tree_that_is_the_same_everywhere_has_an_end(
    repository: Repository, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten folders, each the same ten folders …: a few hundred bytes that unfold to ten thousand million files."""
    monkeypatch.setattr("reconciler.source.export.LISTED", 1024 * 1024)
    name = repository.tree({"n.yaml": b""})
    for _ in range(9):
        name = repository.crafted(*((FOLDER, b"%d" % n, name) for n in range(10)))
    commit = repository.point(name)
    async with asyncio.timeout(10):
        with pytest.raises(Refused, match="more files than can be listed"):
            await export(repository.path, commit, "", to)


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MAX_BYTES", 1000, "b.yaml has 2,000 bytes"),
        ("MAX_TOTAL", 2500, "3,000 bytes of documents"),
        ("MAX_FILES", 2, "3 document files"),
    ],
)
async def test_too_much_is_refused_with_the_limit(
    repository: Repository, to: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(tree, limit, value)
    files = {"a.yaml": b"#" * 500, "b.yaml": b"#" * 2000, "c.yml": b"#" * 500, "movie.mkv": b"x" * 100_000}
    commit = repository.point(repository.tree(files))
    with pytest.raises(Refused, match=words):
        await export(repository.path, commit, "", to)
    assert not to.exists()


async def test_only_documents_are_written_and_the_very_bytes(repository: Repository, to: Path) -> None:
    """Attributes that would replace, leave out or convert are not looked at."""
    attributes = b"* text eol=crlf export-ignore ident filter=evil\n"
    files = {".gitattributes": attributes, "a.yaml": b"x: $Id$\n", "b/c.yml": b"\xff\r\n", "notes.txt": b"", "x": b""}
    commit = repository.point(repository.tree(files))
    git(repository.path, "config", "filter.evil.smudge", "touch /tmp/evil; cat")
    await export(repository.path, commit, "", to)
    written = {str(path.relative_to(to)): path.read_bytes() for path in to.rglob("*") if path.is_file()}
    assert written == {"a.yaml": b"x: $Id$\n", "b/c.yml": b"\xff\r\n"}


async def test_links_stay_links_and_the_loader_judges_them(repository: Repository, to: Path) -> None:
    links = {"in.yaml": "common/base.txt", "again.yaml": "in.yaml", "out.yaml": "/etc/passwd", "etc": "/etc"}
    commit = repository.point(repository.tree({"common/base.txt": b"", "common/other.txt": b""}, links))
    await export(repository.path, commit, "", to)
    assert {name: str((to / name).readlink()) for name in links} == links
    assert sorted(path.name for path in (to / "common").iterdir()) == ["base.txt"]
    assert [problem.file for problem in load(to).problems] == ["desired/etc", "desired/out.yaml"]


async def test_names_of_any_bytes_are_written_as_they_are(repository: Repository, to: Path) -> None:
    blob = repository.blob(b"a: 1\n")
    commit = repository.point(repository.crafted((FILE, b"-rf\n\xff\x1b[2J.yaml", blob)))
    await export(repository.path, commit, "", to)
    assert [path.read_bytes() for path in to.iterdir()] == [b"a: 1\n"]


async def test_a_replaced_commit_is_not_believed(repository: Repository, to: Path) -> None:
    """git-replace(1): a ref that anybody who may push can make, and that shows other documents under an old name."""
    good = repository.commit("a: good\n")
    evil = repository.commit("a: evil\n", after="")
    git(repository.path, "update-ref", f"refs/replace/{good}", evil)
    await export(repository.path, good, "desired", to)
    assert (to / "n.yaml").read_text() == "a: good\n"


@pytest.mark.parametrize("revision", ["main", "-h", "HEAD", "0" * 40, "", "deadbeef", "0" * 39 + "\n"])
async def test_only_a_whole_id_is_a_revision(repository: Repository, to: Path, revision: str) -> None:
    repository.commit("a: 1\n")
    with pytest.raises(Damaged):
        await export(repository.path, revision, "", to)


async def test_a_disk_that_takes_nothing_is_told(repository: Repository, tmp_path: Path) -> None:
    commit = repository.commit("a: 1\n")
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        await export(repository.path, commit, "", tmp_path / "file" / "desired")
