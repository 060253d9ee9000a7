"""Says what is odd about settings that are no error: a rule or a window for devices or clusters that there are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.words import printable
from reconciler.daemon.deployment import Deployment
from reconciler.desired.repository import Document
from reconciler.report.event import Event
from reconciler.settings.check import check_settings
from reconciler.settings.load import Loaded
from reconciler.settings.model import Settings


@dataclass
class Advice:
    """``path``, ``document``: the settings' file, as it was read last. Every text is said once."""

    path: Path
    document: Document[Settings]
    _said: set[str] = field(default_factory=set)

    def give(self, deployment: Deployment, loaded: Loaded | None = None) -> None:
        """Compare with the inventory and the documents in force; without these nothing is known. ``loaded``: anew."""
        if loaded is not None and loaded.document is not None:
            self.document = loaded.document
        if deployment.inventory is None:
            return
        found = check_settings(self.path, self.document, deployment.inventory, deployment.hub.cycle.repository)
        texts = {str(problem): problem for problem in found}
        for text in texts:
            if text not in self._said:
                deployment.hub.tell(Event("settings", printable(text), level="warning"))
        self._said |= texts.keys()
