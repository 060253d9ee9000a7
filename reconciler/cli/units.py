"""The files that make a service of an installation by pip: which they are, where they go, and whose they are."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import reconciler

MARK = "# Written by `reconcile service install`, and removed by `reconcile service uninstall`.\n"
UNITS = ("reconciler.service", "reconciler.socket", "reconciler-webhook.socket")
PLACES = {
    **{unit: f"etc/systemd/system/{unit}" for unit in UNITS},
    "reconciler.sysusers": "etc/sysusers.d/reconciler.conf",
    "reconciler.tmpfiles": "etc/tmpfiles.d/reconciler.conf",
}
"""File among the units -> its place below the root."""
CONFIG = "etc/reconciler/config.yaml"
HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - named, not written to
"""What ``ProtectHome=`` and ``PrivateTmp=`` of the unit take out of the service's sight (systemd.exec(5))."""
PACKAGED = ("lib/systemd/system/reconciler.service", "usr/lib/systemd/system/reconciler.service")
EXEC = "/usr/bin/reconcile"
"""The command in the unit as it is kept."""
PLAIN = re.compile(r"/[\w./+-]+", re.ASCII)
"""A path that means itself in ``ExecStart=``: nothing to quote, no specifier, no variable."""


class Refused(Exception):
    """Nothing was done; the text says why, and what a person can do."""


State = Literal["new", "same", "changed", "foreign"]


@dataclass(frozen=True, slots=True)
class File:
    """A file as it should be; ``theirs``: a person's once it is there."""

    path: Path
    text: str
    mode: int = 0o644
    theirs: bool = False

    @property
    def state(self) -> State:
        """How the disk has it. Raises: OSError."""
        if not os.path.lexists(self.path):
            return "new"
        found = self.path.read_bytes() if self.path.is_file() and not self.path.is_symlink() else b""
        if self.theirs or found == self.text.encode():
            return "same"
        return "changed" if found.startswith(MARK.encode()) else "foreign"

    def write(self) -> None:
        """In one step: systemd never reads half a unit. Raises: OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            draft.write_text(self.text, encoding="utf-8")
            draft.chmod(self.mode)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)


def wanted(root: Path, command: Path) -> list[File]:
    """All files below ``root``, with ``command`` as what the service runs. Raises: Refused."""
    packaged = [root / place for place in PACKAGED if (root / place).exists()]
    if packaged:
        raise Refused(f"{packaged[0]} is there already, from a package: systemctl enable --now reconciler.service")
    files = [*_ours(root, command), File(root / CONFIG, _kept("config.yaml"), mode=0o640, theirs=True)]
    _refuse_foreign(files)
    return files


def present(root: Path) -> list[File]:
    """Those that an installation has written, whatever wrote them since. Raises: Refused."""
    files = [file for file in _ours(root, Path(EXEC)) if file.state != "new"]
    _refuse_foreign(files)
    return files


def _refuse_foreign(files: list[File]) -> None:
    foreign = [str(file.path) for file in files if file.state == "foreign"]
    if foreign:
        raise Refused(f"not written by `reconcile service install`, so left alone: {', '.join(foreign)}")


def _ours(root: Path, command: Path) -> Iterator[File]:
    for name, place in PLACES.items():
        yield File(root / place, MARK + _kept(name).replace(EXEC, str(command)))


def _kept(name: str) -> str:
    """A file of the repository's ``systemd/``, which a wheel carries as ``reconciler/units/``."""
    package = Path(reconciler.__file__).parent
    folder = next(place for place in (package / "units", package.parent / "systemd") if place.is_dir())
    return (folder / name).read_text(encoding="utf-8")


def our_command() -> Path:
    """The `reconcile` that runs right now, where a service can run it too. Raises: Refused."""
    named = [Path(sys.argv[0]), Path(sys.executable).with_name("reconcile")]
    command = next((path.resolve() for path in named if path.name == "reconcile" and path.is_file()), None)
    if command is None:
        raise Refused("there is no `reconcile` beside this Python: install the reconciler in a virtual environment")
    if not PLAIN.fullmatch(str(command)):
        raise Refused(f"{str(command)!r} has characters that systemd would read otherwise: install it elsewhere")
    for path in (command, Path(sys.prefix), Path(sys.base_prefix), Path(reconciler.__file__)):
        _refuse_hidden(path.resolve())
    return command


def _refuse_hidden(path: Path) -> None:
    if any(path.is_relative_to(place) for place in HIDDEN):
        raise Refused(
            f"{path} is where the service sees nothing (ProtectHome=, PrivateTmp=): install it elsewhere, for example "
            "with `/usr/bin/python3 -m venv /opt/reconciler`"
        )
