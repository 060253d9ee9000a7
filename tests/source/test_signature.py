"""Signed, unsigned, signed by a stranger, signed too late: with git's and OpenSSH's own tools."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.source.checkout import Refused, Unavailable
from reconciler.source.signature import verify

from .conftest import allowed
from .repository import Repository, git, source


async def refused(repository: Repository, commit: str, signers: Path) -> str:
    with pytest.raises(Refused) as error:
        await verify(repository.path, commit, signers)
    assert error.value.revision == commit
    return str(error.value)


async def test_who_signed_is_told(repository: Repository, keys: Path, signers: Path, state: Path) -> None:
    repository.commit("a: 1\n", key=keys / "ann")
    checkout = await source(repository, state, require="signed", allowedSigners=str(signers)).latest()
    assert checkout.signature is not None
    assert checkout.signature.principal == "ann@example.org"
    assert str(checkout.signature).startswith("ann@example.org (SHA256:")


async def test_what_is_not_signed_is_refused_and_what_was_there_before_stays(
    repository: Repository, keys: Path, signers: Path, state: Path
) -> None:
    watched = source(repository, state, require="signed", allowedSigners=str(signers))
    good = repository.commit("a: 1\n", key=keys / "ann")
    before = await watched.latest()
    bad = repository.commit("a: 2\n", key=keys / "eve")
    for _ in range(2):
        with pytest.raises(Refused, match="allowedSigners does not know") as error:
            await watched.latest()
        assert error.value.revision == bad
    assert (before.folder / "desired/n.yaml").read_text() == "a: 1\n"
    assert (await watched.at(good)).folder == before.folder
    with signers.open("a") as file:
        file.write(f'eve@example.org namespaces="git" {(keys / "eve.pub").read_text()}')
    assert (await watched.latest()).revision == bad


async def test_after_a_restart_the_last_good_revision_is_verified_again(
    repository: Repository, keys: Path, signers: Path, state: Path
) -> None:
    unsigned = repository.commit("a: 1\n")
    careless = source(repository, state)
    await careless.latest()
    good = repository.commit("a: 2\n", key=keys / "ann")
    await careless.latest()
    strict = source(repository, state, require="signed", allowedSigners=str(signers))
    with pytest.raises(Refused, match="the commit is not signed"):
        await strict.at(unsigned)
    assert (await careless.at(unsigned)).signature is None
    believed = (await strict.at(good)).signature
    assert believed is not None
    assert believed.principal == "ann@example.org"
    signers.write_text("")
    with pytest.raises(Refused, match="allowedSigners does not know"):
        await strict.at(good)


async def test_a_commit_was_believed_for_its_tag_also_when_that_has_moved_on(
    repository: Repository, keys: Path, signers: Path, state: Path
) -> None:
    good, words = repository.commit("a: 1\n"), {"require": "signed", "allowedSigners": str(signers), "tag": "v1"}
    git(repository.path, "tag", "-f", "-u", str(keys / "ann"), "-m", "one", "v1", good)
    await source(repository, state, **words).latest()
    bad = repository.commit("a: 2\n")
    git(repository.path, "tag", "-f", "-a", "-m", "two", "v1", bad)
    with pytest.raises(Refused, match="the tag is not signed"):
        await source(repository, state, **words).latest()
    shutil.rmtree(repository.path)
    assert (await source(repository, state, **words).at(good)).signature is not None
    with pytest.raises(Refused, match="the tag is not signed"):
        await source(repository, state, **words).at(bad)
    with pytest.raises(Unavailable, match="is not here"):
        await source(repository, state, **words).at("0" * 40)


async def test_the_reasons(repository: Repository, keys: Path, signers: Path, tmp_path: Path) -> None:
    unsigned = repository.commit("a: 1\n")
    assert "the commit is not signed: sign it with git commit -S" in await refused(repository, unsigned, signers)
    commit = repository.commit("a: 2\n", key=keys / "ann")
    for options, words in {
        'namespaces="file"': "does not permit for git",
        'valid-before="20200101"': "which was valid until 2020-01-01",
        'valid-after="20990101"': "which is valid from 2099-01-01",
        "": None,
    }.items():
        file = allowed(tmp_path / "other", keys, options)
        if words:
            assert words in await refused(repository, commit, file)
        else:
            assert (await verify(repository.path, commit, file)).principal == "ann@example.org"
    (tmp_path / "other").write_text("rubbish\n")
    assert "allowedSigners does not know" in await refused(repository, commit, tmp_path / "other")


async def test_a_signature_that_was_moved_to_other_documents_does_not_hold(
    repository: Repository, keys: Path, signers: Path
) -> None:
    signed = repository.commit("a: 1\n", key=keys / "ann")
    other = repository.tree({"desired/n.yaml": b"a: evil\n"})
    head, _, rest = git(repository.path, "cat-file", "commit", signed).partition("\n")
    assert head.startswith("tree ")
    forged = git(repository.path, "hash-object", "-t", "commit", "-w", "--stdin", given=f"tree {other}\n{rest}\n")
    assert "has a signature that does not hold" in await refused(repository, forged, signers)


async def test_another_kind_of_signature_runs_no_program(repository: Repository, signers: Path, tmp_path: Path) -> None:
    """The repository's own settings name a program for it: that of whoever owns the repository."""
    trap = tmp_path / "gpg"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("gpg.program", "gpg.openpgp.program", "gpg.ssh.program", "gpg.x509.program"):
        git(repository.path, "config", name, str(trap))
    text = git(repository.path, "cat-file", "commit", repository.commit("a: 1\n"))
    head, _, message = text.partition("\n\n")
    for kind in ("PGP SIGNATURE", "SIGNED MESSAGE"):
        signature = f"gpgsig -----BEGIN {kind}-----\n \n abcd\n -----END {kind}-----\n"
        commit = git(
            repository.path, "hash-object", "-t", "commit", "-w", "--stdin", given=f"{head}\n{signature}\n{message}\n"
        )
        assert "not signed with an SSH key" in await refused(repository, commit, signers)
    assert not (tmp_path / "sprung").exists()


async def test_what_is_missing_here_is_not_the_commits_fault(
    repository: Repository, keys: Path, signers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit("a: 1\n", key=keys / "ann")
    with pytest.raises(Unavailable, match=r"nowhere cannot be read \(No such file"):
        await verify(repository.path, commit, tmp_path / "nowhere")
    (tmp_path / "bin").mkdir()
    for name in ("git", "sh"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(Unavailable, match="ssh-keygen is not installed"):
        await verify(repository.path, commit, signers)


async def test_a_tag_is_what_must_be_signed(repository: Repository, keys: Path, signers: Path, state: Path) -> None:
    commit = repository.commit("a: 1\n", key=keys / "ann")
    watched = source(repository, state, tag="v1", require="signed", allowedSigners=str(signers))

    def tag(*words: str) -> None:
        git(repository.path, "-c", f"user.signingkey={keys / 'ann'}", "tag", "-f", *words, "v1", commit)

    tag()
    assert (await watched.latest()).signature is not None
    tag("-a", "-m", "not signed")
    with pytest.raises(Refused, match="the tag is not signed: sign it with git tag -s"):
        await watched.latest()
    tag("-s", "-m", "signed")
    assert (await watched.latest()).revision == commit
    old = git(repository.path, "rev-parse", "v1")
    git(repository.path, "update-ref", "refs/tags/v2", old)
    elsewhere = source(repository, state, tag="v2", require="signed", allowedSigners=str(signers))
    with pytest.raises(Refused, match="signed as 'v1', not as 'v2'") as error:
        await elsewhere.latest()
    assert error.value.revision == commit


async def test_an_allowed_signer_of_any_name_is_printed_on_one_line(
    repository: Repository, keys: Path, tmp_path: Path
) -> None:
    commit = repository.commit("a: 1\n", key=keys / "ann")
    (tmp_path / "signers").write_bytes(b"\x1b[2J@x " + (keys / "ann.pub").read_bytes())
    signature = await verify(repository.path, commit, tmp_path / "signers")
    assert str(signature).isprintable()


async def test_it_holds_in_the_quarantine_of_a_hook(
    repository: Repository, keys: Path, signers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push is in no repository yet when ``pre-receive`` is asked: the hook hands on where its objects are."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    hooks = repository.path / "hooks"
    hooks.mkdir()
    hook = hooks / "pre-receive"
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name('hook.py')} {signers} {tmp_path}\n")
    hook.chmod(0o755)
    other = Repository.made(tmp_path / "other.git")
    commit = other.commit("a: 1\n", key=keys / "ann")
    git(other.path, "push", "-q", str(repository.path), "main")
    assert (tmp_path / commit / "n.yaml").read_text() == "a: 1\n"
    other.commit("a: 2\n", key=keys / "eve")
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        git(other.path, "push", "-q", str(repository.path), "main")
    assert b"allowedSigners does not know" in refusal.value.stderr
    assert repository.tip() == commit
