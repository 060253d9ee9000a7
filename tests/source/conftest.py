"""A repository to push to, keys to sign with, and a state directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "desired.git")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two key pairs, ``ann`` and ``eve``."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return folder


@pytest.fixture
def signers(tmp_path: Path, keys: Path) -> Path:
    """An allowed-signers file that knows Ann."""
    return allowed(tmp_path / "allowed_signers", keys)


def allowed(path: Path, keys: Path, options: str = 'namespaces="git"') -> Path:
    path.write_text(f"ann@example.org {options} {(keys / 'ann.pub').read_text()}")
    return path
