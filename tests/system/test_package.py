"""What is in the Debian package, without installing it: owners, modes, whose Python it was compiled for, checksums."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def listed(package: Path) -> list[list[str]]:
    """Mode, owner, size, day, time, path of each entry."""
    ran = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True)
    return [line.split(maxsplit=5) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("package")
    subprocess.run(["dpkg-deb", "--raw-extract", package, place], check=True)
    return place


def test_owners_and_modes(listed: list[list[str]]) -> None:
    assert {(mode, owner) for mode, owner, *_ in listed} <= {
        ("drwxr-xr-x", "root/root"),
        ("-rwxr-xr-x", "root/root"),
        ("-rw-r--r--", "root/root"),
    }


def test_it_was_made_at_one_moment(listed: list[list[str]]) -> None:
    """That of the commit: a clock that shows would make each build another one."""
    assert len({(day, time) for *_, day, time, _ in listed}) == 1


def test_every_module_is_compiled_for_debians_python_and_no_other(unpacked: Path) -> None:
    library = unpacked / "usr/lib/reconciler"
    ours = {path.relative_to(library).with_suffix("") for path in library.glob("reconciler/**/*.py")}
    compiled = {path.parents[1].relative_to(library) / path.name.split(".")[0] for path in library.glob("**/*.pyc")}
    assert ours <= compiled
    assert {path.name.split(".", 1)[1] for path in library.glob("**/*.pyc")} == {"cpython-311.pyc"}


def test_checksums_are_of_all_files(unpacked: Path) -> None:
    told = {line[34:]: line[:32] for line in (unpacked / "DEBIAN/md5sums").read_text().splitlines()}
    files = [path for path in unpacked.rglob("*") if path.is_file() and unpacked / "DEBIAN" not in path.parents]
    assert {
        str(path.relative_to(unpacked)): hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        for path in files
    } == told


def test_a_persons_file_is_one_of_conffiles(unpacked: Path) -> None:
    etc = {f"/{path.relative_to(unpacked)}" for path in (unpacked / "etc").rglob("*") if path.is_file()}
    assert set((unpacked / "DEBIAN/conffiles").read_text().split()) == etc


def test_nothing_tells_where_it_was_built(unpacked: Path) -> None:
    assert not list(unpacked.rglob("direct_url.json"))
    for path in (unpacked / "usr/lib/reconciler/reconciler").rglob("*.pyc"):
        assert b"/usr/lib/reconciler/reconciler/" in path.read_bytes(), path
