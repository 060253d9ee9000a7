"""What the switch keeps of configurations beside the running one: files on flash, and checkpoints."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from .clock import Clock
from .config import Config
from .refusal import Refused

NAME = re.compile(r"(?:file:)?flash:/?([A-Za-z0-9_][A-Za-z0-9_.-]{0,99})")
NO_FILE = "% Error opening {name} (No such file or directory)"
NO_CHECKPOINT = "% Checkpoint {name} does not exist"
MOST = 20
"""Checkpoints that EOS keeps; the oldest goes first."""


def file_name(word: str) -> str | None:
    """``rollback-0`` of ``flash:rollback-0``; None for what names no file at the top of flash."""
    found = NAME.fullmatch(word)
    return found[1] if found else None


class Flash:
    """Files in a folder of the machine, which survive a reboot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> str:
        """Raises: Refused."""
        try:
            return (self._folder / name).read_text(encoding="utf-8")
        except OSError:
            raise Refused(NO_FILE.format(name=f"flash:{name}")) from None

    def write(self, name: str, text: str) -> None:
        """Never half a file, whenever the process is killed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f".{name}.new"
        path.write_text(text, encoding="utf-8")
        path.replace(self._folder / name)

    def delete(self, name: str) -> None:
        """Raises: Refused."""
        try:
            (self._folder / name).unlink()
        except OSError:
            raise Refused(NO_FILE.format(name=f"flash:{name}")) from None

    def names(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob("[!.]*")) if self._folder.is_dir() else []


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A configuration as it was at ``when`` (seconds since the epoch)."""

    config: Config
    when: float
    user: str


class Checkpoints:
    """Named ones, and those that EOS makes by itself before a commit or a replace: ``ckp-20261121-0``."""

    def __init__(self, clock: Clock) -> None:
        self.by_name: dict[str, Checkpoint] = {}
        self._clock = clock

    def save(self, name: str, config: Config, user: str) -> None:
        self.by_name.pop(name, None)
        self.by_name[name] = Checkpoint(config.copy(), self._clock(), user)
        for old in list(self.by_name)[:-MOST]:
            del self.by_name[old]

    def automatic(self, config: Config, user: str) -> str:
        """Its name."""
        day = time.strftime("ckp-%Y%m%d-", time.gmtime(self._clock()))
        taken = [int(name.removeprefix(day)) for name in self.by_name if re.fullmatch(day + r"\d+", name)]
        name = f"{day}{max(taken, default=-1) + 1}"
        self.save(name, config, user)
        return name

    def get(self, name: str) -> Config:
        """A copy. Raises: Refused."""
        if name not in self.by_name:
            raise Refused(NO_CHECKPOINT.format(name=name))
        return self.by_name[name].config.copy()
