"""Write YAML as people would: in the order of its making, one short mapping a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def write(path: Path, documents: Sequence[dict[str, Any]]) -> None:
    """Write ``documents`` to ``path``, one after the other."""
    yaml = YAML(typ="safe")
    yaml.width = 200
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ports 1, 2, 10, not 1, 10, 2
    yaml.explicit_start = len(documents) > 1
    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(documents, file)
