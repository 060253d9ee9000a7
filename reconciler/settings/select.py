"""Which devices a rule or a window is about: by their names and by their clusters, with shell patterns."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from reconciler.desired.documents.globs import Glob, Some
from reconciler.desired.documents.spec import Part


class Selector(Part):
    """A device is selected if a pattern of each field that is given matches; no field selects every device."""

    devices: Some[Glob] = ()
    clusters: Some[Glob] = ()

    @property
    def selects_all(self) -> bool:
        return not (self.devices or self.clusters)

    def selects(self, device: str, clusters: Iterable[str]) -> bool:
        """``clusters``: all that the device serves; a switch may serve several, or none."""
        return _any(self.devices, [device]) and _any(self.clusters, clusters)


def _any(patterns: tuple[str, ...], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
