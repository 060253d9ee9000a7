"""What imports of a topology are judged by: the documents as files, read, checked and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.adopt.adopted import Adopted
from reconciler.adopt.containerlab.importing import containerlab
from reconciler.adopt.containerlab.reach import Host
from reconciler.cli.import_sources import Folder
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.desired.style import written

HOST = Host()
NOTHING: Mapping[str, str] = {}


def imported(file: Path, given: Mapping[str, str] = NOTHING) -> Adopted:
    return containerlab(Folder(file.parent), file.name, given, HOST)


def read_back(adopted: Adopted, folder: Path) -> tuple[Repository, Inventory]:
    """As `--to` writes it, and every other command reads it."""
    desired, inventory = folder / "desired", folder / "inventory"
    for place, drafts in ((desired, adopted.documents), (inventory, adopted.inventory)):
        place.mkdir()
        (place / "all.yaml").write_text(written(drafts))
    return load(desired), load_inventory(inventory)


def remarks(adopted: Adopted) -> str:
    return "".join(f"{remark}\n" for remark in adopted.remarks)
