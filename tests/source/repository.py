"""A real git repository that people push to, and the trees that git's own tools refuse to make."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.settings.source import SourceSettings
from reconciler.source.git import GitSource

ENVIRONMENT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"}
IDENTITY = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "gpg.format=ssh")


def git(folder: Path, *words: str, given: str | bytes = b"") -> str:
    """What git prints. Raises: CalledProcessError."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    data = given.encode() if isinstance(given, str) else given
    command = ["git", *IDENTITY, *words]
    done = subprocess.run(command, cwd=folder, env=kept | ENVIRONMENT, input=data, capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape").strip()


@dataclass
class Repository:
    """A bare repository at ``path``, written to without a working tree: that takes three processes a commit.

    ``blobs``: the names of what it has; many files of one content take one process.
    """

    path: Path
    blobs: dict[bytes, str] = field(default_factory=dict)

    @classmethod
    def made(cls, path: Path, *options: str) -> Repository:
        git(path.parent, "init", "-q", "--bare", "--template=", "-b", "main", *options, str(path))
        return cls(path)

    def commit(self, text: str, *, key: Path | None = None, branch: str = "main", after: str | None = None) -> str:
        """A commit with ``n.yaml`` in it, on ``branch`` (after its tip, or ``after``; empty: without a parent)."""
        return self.point(self.tree({"desired/n.yaml": text.encode()}), key=key, branch=branch, after=after)

    def point(
        self, tree: str, *, key: Path | None = None, branch: str = "main", after: str | None = None, subject: str = "s"
    ) -> str:
        tip = self.tip(branch) if after is None else after
        parents = ["-p", tip] if tip else []
        sign = [f"-S{key}"] if key else []
        commit = git(self.path, "commit-tree", *sign, *parents, tree, given=subject)
        git(self.path, "update-ref", f"refs/heads/{branch}", commit)
        return commit

    def tip(self, branch: str = "main") -> str:
        try:
            return git(self.path, "rev-parse", "--verify", "-q", f"refs/heads/{branch}")
        except subprocess.CalledProcessError:
            return ""

    def blob(self, data: bytes) -> str:
        if data not in self.blobs:
            self.blobs[data] = git(self.path, "hash-object", "-w", "--stdin", given=data)
        return self.blobs[data]

    def tree(self, files: dict[str, bytes], links: dict[str, str] | None = None) -> str:
        """A tree from path to content; ``links`` are symbolic ones."""
        rows = [(path, "100644", self.blob(data)) for path, data in files.items()]
        rows += [(path, "120000", self.blob(to.encode())) for path, to in (links or {}).items()]
        return self._nested([(path.split("/"), mode, name) for path, mode, name in rows])

    def _nested(self, rows: list[tuple[list[str], str, str]]) -> str:
        lines = [f"{mode} blob {name}\t{path[0]}" for path, mode, name in rows if len(path) == 1]
        for top in sorted({path[0] for path, _, _ in rows if len(path) > 1}):
            below = [(path[1:], mode, name) for path, mode, name in rows if path[0] == top and len(path) > 1]
            lines.append(f"040000 tree {self._nested(below)}\t{top}")
        return git(self.path, "mktree", "-z", given="".join(f"{line}\0" for line in lines))

    def crafted(self, *entries: tuple[str, bytes, str]) -> str:
        """A tree of (mode, name, id) as it stands, whatever git thinks of it."""
        raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries)
        return git(self.path, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=raw)


def settings(**given: object) -> SourceSettings:
    """Settings as they stand in a file, keys as there."""
    return SourceSettings.model_validate(given)


def source(repository: Repository, state: Path, **more: object) -> GitSource:
    return GitSource(settings(url=str(repository.path), **more), state)
