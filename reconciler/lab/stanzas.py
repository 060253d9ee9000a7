"""The sections of a switch's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stanza:
    """A section of a configuration: ``interface Vlan10`` and what is indented below it."""

    header: str
    lines: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.header.split()[1]

    def value(self, prefix: str) -> str | None:
        """The rest of the line that begins with ``prefix``."""
        return next((line[len(prefix) + 1 :] for line in self.lines if line.startswith(prefix + " ")), None)


def stanzas(text: str) -> Iterator[Stanza]:
    """Cut a configuration into its sections."""
    header, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith(" "):
            lines.append(line.strip())
            continue
        if header:
            yield Stanza(header, tuple(lines))
        header, lines = line.strip("! "), []
    if header:
        yield Stanza(header, tuple(lines))
