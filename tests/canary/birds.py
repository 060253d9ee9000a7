"""Canaries: secrets of which each is known again wherever it turns up, also shortened, in base64 or compressed."""

from __future__ import annotations

import base64
import os
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

ENDS = 12
"""Characters of its beginning or its end by which a shortened one is known."""


@dataclass
class Birds:
    """Canaries by name. ``strange``: what makes one look otherwise in JSON, in a URL and in a shell."""

    known: dict[str, str] = field(default_factory=dict)

    def plant(self, name: str, strange: str = "") -> str:
        half = ENDS + 4
        self.known[name] = f"{token_hex(half // 2)}{strange}{token_hex(half // 2)}"
        return self.known[name]

    def __getitem__(self, name: str) -> str:
        return self.known[name]

    def found(self, data: bytes) -> set[str]:
        """The names of those that are in it, in any of their forms."""
        forms = {name: _forms(secret) for name, secret in self.known.items()}
        return {name for name, known in forms.items() if any(one in data for one in known)}


def _forms(secret: str) -> list[bytes]:
    plain = secret.encode()
    shifted = (base64.b64encode(bytes(shift) + plain) for shift in range(3))
    inner = [one[4 * (shift > 0) : len(one) - 4] for shift, one in enumerate(shifted)]
    return [plain[:ENDS], plain[-ENDS:], plain.hex().encode(), quote(secret, safe="").encode(), *inner]


def texts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below ``folder``, and what is compressed in one; the databases as they are, and row by row."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # of a moment
            continue
        yield path, os.fsencode(path.name) + data
        yield path, _inflated(data)
        if data.startswith(b"SQLite format 3"):
            yield path, b"\n".join(_cells(path))


def _cells(path: Path) -> Iterator[bytes]:
    """Read from a copy: nobody's file is touched."""
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    if isinstance(cell, bytes):
                        yield _inflated(cell)
                    yield cell if isinstance(cell, bytes) else str(cell).encode()
    connection.close()


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return b""
