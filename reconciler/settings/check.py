"""What settings and inventory say about each other: a rule or a window for devices that there are not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import filter as matching
from pathlib import Path

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.documents import Cluster
from reconciler.desired.files import shown
from reconciler.desired.inventory import Inventory
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.desired.suggestion import alike
from reconciler.settings.model import Settings


def check_settings(
    path: Path, document: Document[Settings], inventory: Inventory, repository: Repository | None = None
) -> tuple[Problem, ...]:
    """Warnings, sorted: patterns that select nothing now. A device may still be to come, so they are no errors.

    ``path``: of the settings, as the user knows it. Without a ``repository`` nobody knows which clusters there are.
    """
    found = list(_unmatched(document, "devices", inventory.origins if inventory.whole else None))
    if repository is not None and not repository.having("error"):
        found += _unmatched(document, "clusters", [one.name for one in repository.of(Cluster)])
    return tuple(sorted(Problem(shown(str(path)), *fault, "warning") for fault in found))


def _unmatched(document: Document[Settings], field: str, names: Collection[str] | None) -> Iterator[Fault]:
    spec = document.spec
    heal = {("heal", place): rule for place, rule in enumerate(spec.heal)}
    windows = {("windows", place): window for place, window in enumerate(spec.windows)}
    receivers = {("alerts", "receivers", name): one for name, one in spec.alerts.receivers.items()}
    for path, selector in (*heal.items(), *windows.items(), *receivers.items()):
        for index, pattern in enumerate(getattr(selector, field, ())):
            if names is not None and not matching(names, pattern):
                what = f"no {field.removesuffix('s')} is named {pattern!r}"
                right = alike(pattern, names) or "remove it, or correct it"
                yield Fault(*document.at("spec", *path, field, index), Code.MATCHES_NOTHING, what, right)
