"""A folder on this machine, as people edit it."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from reconciler.source import folder as module
from reconciler.source.checkout import Unavailable
from reconciler.source.folder import FolderSource

from .repository import git


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/n.yaml").write_text("a: 1\n")
    return tmp_path / "desired"


async def test_it_is_named_by_its_documents(folder: Path) -> None:
    watched = FolderSource(folder)
    first = await watched.latest()
    assert first.revision.startswith("sha256:")
    assert first.folder == folder
    assert await watched.latest() is first
    (folder / "README.md").write_text("no document")
    assert await watched.latest() is first
    (folder / "n.yaml").write_text("a: 2\n")
    second = await watched.latest()
    assert second.revision != first.revision
    assert second.content != first.content
    assert await watched.is_forward(second.revision, first.revision)
    with pytest.raises(Unavailable, match="has changed since"):
        await watched.at(first.revision)


async def test_a_checkout_has_its_commit_and_uncommitted_changes_are_told_apart(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    watched = FolderSource(folder)
    assert (await watched.latest()).revision == git(folder, "rev-parse", "HEAD")
    found = []
    for text in ("a: 2\n", "a: 3\n"):
        (folder / "n.yaml").write_text(text)
        found.append(await watched.latest())
    assert all(checkout.revision.endswith("-dirty") for checkout in found)
    assert found[0].content != found[1].content
    git(folder, "commit", "-qam", "two")
    assert (await watched.latest()).revision == git(folder, "rev-parse", "HEAD")


async def test_a_file_in_the_middle_of_being_written_is_waited_for(folder: Path) -> None:
    async def write() -> None:
        with (folder / "n.yaml").open("w") as file:
            for number in range(20):
                file.write(f"a{number}: 1\n")
                file.flush()
                await asyncio.sleep(0.01)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.01)
    whole = await FolderSource(folder).latest()
    assert writing.done()
    assert whole.content == (await FolderSource(folder).latest()).content


async def test_one_that_never_rests_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKS", 2)
    logger = subprocess.Popen(["sh", "-c", "while :; do echo '#' >> n.yaml; sleep 0.01; done"], cwd=folder)
    try:
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="is being written to all the time"):
            await FolderSource(folder).latest()
    finally:
        logger.kill()
        logger.wait()


async def test_no_folder_is_told_until_it_is_there(tmp_path: Path) -> None:
    watched = FolderSource(tmp_path / "desired")
    with pytest.raises(Unavailable, match="no such folder"):
        await watched.latest()
    (tmp_path / "desired").mkdir()
    assert (await watched.latest()).folder == tmp_path / "desired"


async def test_a_single_file_will_do(folder: Path) -> None:
    assert (await FolderSource(folder / "n.yaml").latest()).folder == folder / "n.yaml"


async def test_what_cannot_be_read_is_left_to_the_loader(folder: Path) -> None:
    (folder / "dangling.yaml").symlink_to("nowhere")
    first = await FolderSource(folder).latest()
    (folder / "dangling.yaml").unlink()
    assert (await FolderSource(folder).latest()).content != first.content
