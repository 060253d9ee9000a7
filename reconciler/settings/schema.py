"""The JSON Schema of the daemon's settings, for editors: made from the model, like those of the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.desired.meaning import meanings
from reconciler.desired.schema import own_document
from reconciler.settings.load import KIND
from reconciler.settings.model import Settings

FILE = "settings.json"
HERE = Path(__file__).with_name("meanings.yaml")


def schema() -> dict[str, Any]:
    return own_document(KIND.name, Settings, meanings() | meanings(HERE))
