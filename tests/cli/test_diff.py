"""`reconcile diff` with real git: any two revisions, nothing of the repository run, nothing of the checkout touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from reconciler.cli.main import root
from tests.cli.fake_daemon import FakeDaemon
from tests.desired.world import node
from tests.source.repository import git

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/diff.v1.json").read_text()))
OLD, NEW = (node("a", f"{{interfaces: {{eth1: {{mtu: {mtu}}}}}}}") for mtu in (1500, 9000))
CHANGED = "  ~ Node a  spec.interfaces.eth1.mtu 1500 → 9000  [n.yaml:4]"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two commits: an MTU of 1500 (tag ``old``), and one of 9000 (branch ``main``)."""
    top = tmp_path_factory.mktemp("checkout") / "repo"
    (top / "net/desired").mkdir(parents=True)
    git(top, "init", "-q", "--template=", "-b", "main")
    for text, subject in ((OLD, "Begin"), (NEW, "Jumbo frames")):
        (top / "net/desired/n.yaml").write_text(text)
        git(top, "add", ".")
        git(top, "commit", "-q", "-m", subject)
    git(top, "tag", "old", "HEAD~1")
    return top


@pytest.fixture
def checkout(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "repo", symlinks=True))


def diff(folder: Path, *words: str) -> Result:
    """Typed in ``folder``, with nothing of ours in the environment, and no daemon of this machine's."""
    clean = {"RECONCILE_DESIRED": None, "RECONCILE_INVENTORY": None, "RECONCILE_SOCKET": str(folder / "control.sock")}
    with chdir(folder):
        return CliRunner().invoke(root, ["diff", *words], standalone_mode=False, env=clean)


def failed(done: Result) -> str:
    """What is said of a command that ends with 1 (`cli.main`)."""
    assert done.exception is not None or done.return_value == 1, done.output
    return str(done.exception or done.stderr)


def test_two_revisions_of_a_checkout(checkout: Path) -> None:
    done = diff(checkout / "net", "old", "main")
    old, new = (git(checkout, "rev-parse", name)[:12] for name in ("old", "main"))
    assert done.stdout.splitlines() == [
        f"{old} (Begin) → {new} (Jumbo frames)",
        "",
        CHANGED,
        "",
        "a (node)",
        "  ~ link eth1  mtu 1500 → 9000  [n.yaml:4]",
        "",
        "Diff: 1 document changed; 1 device: 1 to change.",
    ]
    assert done.return_value == 2
    assert diff(checkout / "net", "main", "HEAD").return_value == 0


@pytest.mark.parametrize("name", ["old", "HEAD~1", "main^", ":/Begin", "HEAD@{1}", "refs/tags/old"])
def test_a_revision_is_whatever_git_knows(checkout: Path, name: str) -> None:
    if name == "HEAD@{1}":  # a copy has its reflog
        assert (checkout / ".git/logs/HEAD").exists()
    done = diff(checkout / "net", name) if name != ":/Begin" else diff(checkout / "net", "HEAD^{/Begin}")
    assert (done.return_value, done.exception) == (2, None)
    assert CHANGED in done.stdout


def test_the_second_revision_is_the_working_tree_as_it_is(checkout: Path) -> None:
    assert "No difference: 1 document, 1 device." in diff(checkout / "net", "HEAD").stdout
    (checkout / "net/desired/n.yaml").write_text(NEW.replace("9000", "8000"))
    (checkout / "net/desired/new.yaml").write_text(node("b"))  # untracked
    (checkout / "net/desired/.hidden.yaml").write_text("no: [")
    done = diff(checkout / "net", "HEAD", "-o", "json")
    found = json.loads(done.stdout)
    SCHEMA.validate(found)
    assert (found["old"], found["new"]) == (git(checkout, "rev-parse", "HEAD"), "working tree")
    assert [(one["verb"], one["name"]) for one in found["documents"]] == [("update", "a"), ("create", "b")]
    assert done.return_value == 2


def test_nothing_of_the_repository_runs_and_nothing_of_the_checkout_changes(checkout: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script.chmod(0o755)
    for name in ("filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv"):
        git(checkout, "config", name, str(script))
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.alternateRefsCommand"):
        git(checkout, "config", name, str(script))
    (checkout / ".git/info").mkdir(exist_ok=True)
    (checkout / ".git/info/attributes").write_text("* filter=evil diff=evil\n")
    (checkout / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        shutil.copy(script, checkout / ".git/hooks" / hook)
    (checkout / "net/desired/n.yaml").touch()  # git would look into it, through the filter
    before = contents(checkout)
    assert CHANGED in diff(checkout / "net", "old", "HEAD").stdout
    assert CHANGED in diff(checkout / "net", "old").stdout
    assert contents(checkout) == before
    assert not ran.exists()
    git(checkout, "status")
    assert ran.exists()  # so the trap was one


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize(
    "text",
    ["--output=loot", "-o", "--exec=touch loot", "", "^HEAD", "HEAD:net", "nothing", "x" * 600, "HEAD\nold", "\x1b[2J"],
)
def test_what_is_no_revision_is_refused_by_name(checkout: Path, text: str) -> None:
    for words in ((text,), ("HEAD", text or " ")):
        done = diff(checkout / "net", "--", *words)
        assert "names no commit of this repository" in failed(done)
        assert failed(done).isprintable()
        assert not list(checkout.rglob("loot"))


def test_a_range_is_two_revisions(checkout: Path) -> None:
    assert "two revisions are given one after the other" in failed(diff(checkout / "net", "old..main"))


def test_bad_documents_are_told_with_their_place_in_that_revision(checkout: Path) -> None:
    (checkout / "net/desired/n.yaml").write_text(NEW.replace("9000", "lots"))
    git(checkout, "commit", "-qam", "Oh no")
    (checkout / "net/desired/n.yaml").write_text(NEW)
    for words in (("HEAD",), ("old", "HEAD")):
        done = diff(checkout / "net", *words)
        assert done.return_value == 1
        first, problem = done.stderr.splitlines()
        assert first.endswith(" (Oh no): 1 problem")
        assert problem.startswith("desired/n.yaml:4:33: ")
        assert done.stdout == ""


def test_a_folder_that_a_revision_lacks(checkout: Path) -> None:
    git(checkout, "mv", "net", "network")
    assert "the commit has no folder network/desired" in failed(diff(checkout / "network", "HEAD"))


def test_a_linked_worktree_and_a_bare_repository(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "worktree", "add", "-q", str(tmp_path / "linked"), "old")
    assert diff(tmp_path / "linked/net", "HEAD").return_value == 0
    assert diff(tmp_path / "linked/net", "main", "HEAD").return_value == 2
    git(tmp_path, "clone", "-q", "--bare", str(checkout), "bare.git")
    for rest in ("#main:net/desired", ""):
        done = diff(tmp_path, "HEAD~1", "--desired", f"{tmp_path}/bare.git{rest}")
        assert CHANGED.replace("n.yaml", "n.yaml" if rest else "net/desired/n.yaml") in done.stdout
        assert done.return_value == 2
    done = diff(tmp_path, "old", "refs/heads/main", "--desired", f"file://{tmp_path}/bare.git#old:net/desired")
    assert "there is no branch old" in failed(done)


def test_only_some_devices(checkout: Path) -> None:
    (checkout / "net/desired/m.yaml").write_text(node("b", "{interfaces: {eth1: {mtu: 9000}}}"))
    assert "\na (node)" not in diff(checkout / "net", "old", "--target", "b").stdout
    assert "no device matches --target 'c'" in failed(diff(checkout / "net", "old", "--target", "c"))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    with FakeDaemon(tmp_path).running() as running:
        yield running


def test_where_no_git_is_the_daemon_is_asked(
    daemon: FakeDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desired").mkdir()  # a folder of documents that nobody tracks
    done = diff(tmp_path, "a" * 40)
    assert (done.return_value, done.stdout) == (2, "a \\x1b line\n")
    assert daemon.asked == [("diff", {"old": "a" * 40})]
    assert diff(tmp_path, "a" * 40, "a" * 40).return_value == 0
    found = json.loads(diff(tmp_path, "a" * 40, "-o", "json").stdout)
    assert ("lines" in found, found["new"]) == (False, "b" * 40)
    assert "revision --x&new=y is not known" in failed(diff(tmp_path, "--", "--x&new=y"))


def test_a_socket_has_the_daemon_asked_whatever_is_here(daemon: FakeDaemon, checkout: Path) -> None:
    done = diff(checkout / "net", "a" * 40, "b" * 40, "--socket", str(daemon.socket))
    assert done.return_value == 2
    assert daemon.asked == [("diff", {"old": "a" * 40, "new": "b" * 40})]


def test_documents_that_were_named_are_never_somebody_elses(daemon: FakeDaemon, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    said = failed(diff(tmp_path, "a" * 40, "--desired", "plain"))
    assert "plain is no folder that a git checkout tracks, so it has no revisions" in said
    assert "--target and --desired" in failed(diff(tmp_path, "a", "--desired", "p", "--socket", str(daemon.socket)))
    assert daemon.asked == []


def test_neither_git_nor_a_daemon(tmp_path: Path) -> None:
    said = failed(diff(tmp_path, "HEAD"))
    assert said.startswith("desired is no folder that a git checkout tracks, and no daemon answers on ")
